import { type Fault } from './fault.js';
/** What happens to the disk and to the database on it. No caller may notice. */
export declare const DATABASE_FAULTS: readonly Fault[];
