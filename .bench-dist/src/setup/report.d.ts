import { type Entry } from './entries.js';
import { type Findings } from './inspect.js';
import type { PartState } from './take-effect.js';
/** What setup found, a line each, for a terminal of 80 columns. */
export declare function describe(findings: Findings, entries: readonly Entry[], dialplan: string): readonly string[];
/** Names of the modules that Doorman needs and that do not run. */
export declare function missingModules({ modules, version }: Findings, dialplan: string): readonly string[];
/** What took and what did not. */
export declare function describeParts(states: readonly PartState[]): readonly string[];
/** The one change that is left to the admin: which trunks Doorman gets. */
export declare function remaining({ endpoints, isFreePbx }: Findings, entries: readonly Entry[]): readonly string[];
