import type { Compiled } from '../../src/flows/compile.js';
import type { Revision } from '../../src/flows/revision.js';
import type { FlowFiles } from '../support/flow-folder.js';
export declare function vipsCsv(vips: number): string;
/** Flow files. Editions differ in every rule, as after an edit. */
export declare function largeFiles(rules: number, vips: number, edition?: number): FlowFiles;
export declare function revisionOf(compiled: Compiled): Revision;
/** Every other caller is a VIP; every kind of rule is met, and some calls meet none. */
export declare function callParts(at: number, vips: number, rules: number): {
    from: string;
    to: string;
    headers: readonly (readonly [string, string])[];
};
