import { type Check } from './check.js';
/** Whether a Doorman runs, answers, can continue calls, and decides with the flow files as they are. */
export declare const INSTANCE: Check;
/** Callers' numbers are personal data. A Doorman that runs deletes what is too old. */
export declare const RETENTION: Check;
