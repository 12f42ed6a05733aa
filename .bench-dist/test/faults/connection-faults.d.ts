import { type Fault } from './fault.js';
/** What happens to the connections between Doorman and Asterisk. */
export declare const CONNECTION_FAULTS: readonly Fault[];
