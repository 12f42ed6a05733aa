import type { Condition, Trust } from '../routing/types.js';
import type { Numbers } from './numbers.js';
import type { Diagnostics, YamlPath } from './problem.js';
import type { ConditionSource } from './schema.js';
/** What the parts of `routing.yaml` need to know of each other. */
export interface Surroundings {
    readonly diagnostics: Diagnostics;
    readonly numbers: Numbers;
    readonly trust: Trust;
    /** Names, even of entries that have problems of their own: those must not cause others. */
    readonly flows: ReadonlySet<string>;
    readonly branches: ReadonlySet<string>;
    /** The flows that may only refuse a call. */
    readonly turnAway: ReadonlySet<string>;
    /** The columns of all VIP files, which a text may name as `{caller.…}`. */
    readonly callerColumns: ReadonlySet<string>;
}
/** Reads a `when`. Several keys mean all of them, in the order in which they were written. */
export declare function readCondition(source: ConditionSource, path: YamlPath, surroundings: Surroundings): Condition;
export declare function checkName(what: 'flow' | 'branch', name: string, path: YamlPath, { diagnostics, flows, branches }: Surroundings): void;
/** Warns of a header for which no trunk is trusted. */
export declare function checkTrusted(name: string, path: YamlPath, { trust, diagnostics }: Pick<Surroundings, 'trust' | 'diagnostics'>, consequence?: string): void;
