import type { SharedVariables, Variable } from '../pbx.js';
import type { AriRequest } from './http.js';
/**
 * Sets of channel variables in global variables of Asterisk, from which `doorman-go` copies them to a call's channel.
 * Calls with the same variables share one set. The names form a ring: one is used again when no call needs it any more.
 */
export declare class SharedVariableSets {
    #private;
    /** @param owner the application: two instances at one PBX must not share names. */
    constructor(owner: string, now?: () => number);
    /** The set with these variables, and the request that publishes it where it is new; undefined where there is no room. */
    share(variables: readonly Variable[]): {
        readonly set: SharedVariables;
        readonly publish?: AriRequest;
    } | undefined;
    /** Asterisk may have none of them: each is published again. */
    forget(): void;
    /** The requests that remove all of them. Over ARI, a global variable without a value is removed. */
    removals(): readonly AriRequest[];
}
