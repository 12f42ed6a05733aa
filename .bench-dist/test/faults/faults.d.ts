import type { Fault } from './fault.js';
/** Everything that goes wrong, one at a time, in the order of the results. */
export declare const FAULTS: readonly Fault[];
export declare function faultNamed(name: string): Fault;
