import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js';
import { type Entry } from './entries.js';
import { type Findings, type Identity } from './inspect.js';
import { type Places, type Plan } from './plan.js';
/** What is to be done, and what it was made of. */
export interface Prepared {
    readonly plan: Plan;
    readonly places: Places;
    readonly entries: readonly Entry[];
    readonly dialplan: GeneratedDialplan;
    /** What must be mended first, a line each; then nothing is to be done. */
    readonly faults: readonly string[];
}
/** Plans the setup of an Asterisk. @throws SettingsError, FlowFilesError of what is there already */
export declare function prepare(findings: Findings, folders: {
    readonly doorman: string;
    readonly data: string;
}, self: Identity): Promise<Prepared>;
/** Why this user cannot make the changes of a plan; undefined if it can. */
export declare function unwritable({ folders, changes }: Plan, self: Identity): string | undefined;
/** Trunks that lead to an entry: without it, their calls would have nowhere to go. */
export declare function stillConnected(findings: Findings): readonly string[];
