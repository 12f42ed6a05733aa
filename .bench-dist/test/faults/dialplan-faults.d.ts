import { type Fault } from './fault.js';
/** What happens to Asterisk and its dialplan. */
export declare const DIALPLAN_FAULTS: readonly Fault[];
/** What flows do wrong. */
export declare const FLOW_FAULTS: readonly Fault[];
