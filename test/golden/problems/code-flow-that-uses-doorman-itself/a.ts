import { x } from 'asterisk-doorman'
export default () => x
