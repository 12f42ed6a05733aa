import { type Compiled } from './compile.js';
import { type Functions } from './final-decision.js';
import type { Problem } from './problem.js';
import type { FlowFunction } from './revision.js';
/** Loads code flows to see whether they can be loaded; `FunctionRunner` does. */
export interface FunctionCheck {
    check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]>;
}
/**
 * A flows folder → a revision that may decide calls: compiled and tried. Every code flow is loaded once, and where
 * they are sound, every example is run, so that what would fail with the first call is a problem now.
 *
 * @param compileFolder `compileInWorker` where calls are decided meanwhile.
 */
export declare function loadRevision(folder: string, functions: FunctionCheck & Functions, compileFolder?: (folder: string) => Promise<Compiled>): Promise<Compiled>;
