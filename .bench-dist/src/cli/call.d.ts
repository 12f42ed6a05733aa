import type { Command } from 'commander';
import type { Revision } from '../flows/revision.js';
import { type CallResult } from '../testcall/call-observer.js';
export declare function addCall(program: Command): void;
/** The code flow that the call's rule runs; undefined if the flows folder is not the call's revision. */
export declare function codeFlowOf(revision: Revision | undefined, result: Pick<CallResult, 'rule' | 'revision'>): string | undefined;
