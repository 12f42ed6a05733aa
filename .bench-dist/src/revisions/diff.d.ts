import type { Revision } from '../flows/revision.js';
import { type Change } from './diff-items.js';
export type { Change } from './diff-items.js';
/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before, and tried as before: comments, spelling and the order of keys are no changes.
 */
export declare function diffRevisions(before: Revision, after: Revision): Promise<readonly Change[]>;
