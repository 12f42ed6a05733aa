import { inside } from './b.js'
import { outside } from '../../code-flow-with-a-syntax-error/a.js'
export default () => inside + outside
