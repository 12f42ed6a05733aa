import { type Fault } from './fault.js';
/** What happens to the process of one instance. */
export declare const PROCESS_FAULTS: readonly Fault[];
/** Several instances at one PBX, and many calls at once. */
export declare const LOAD_FAULTS: readonly Fault[];
