import { type Check, type Finding, type Subject } from './check.js';
/** In the order of the report. */
export declare const CHECKS: readonly Check[];
/** What the command knows of an installation before it asks the PBX. */
export type Known = Pick<Subject, 'settings' | 'flows' | 'instance' | 'secretFiles'>;
/** Connects to the PBX and runs all checks; changes nothing on it, and never rejects. */
export declare function examine(known: Known): Promise<readonly Finding[]>;
/** Runs all checks. A check that fails itself is a warning. */
export declare function diagnose(subject: Subject): Promise<readonly Finding[]>;
