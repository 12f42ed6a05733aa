import { type GeneratedDialplan } from '../dialplan/generate.js';
import { RunningDialplan, type RunningStep } from '../dialplan/running.js';
import { type DialplanLocation } from '../pbx.js';
import type { AmiSession } from './session.js';
/**
 * Which of these the running dialplan lacks, in the order given; of one with the extension `dialled` only the context
 * is known.
 *
 * Asked as `Getvar DIALPLAN_EXISTS(…)`, which Asterisk answers without a channel (16.28, 22.10): the class `call` is
 * enough, which Doorman's user has for Setvar. ShowDialPlan would need `reporting` or `config`.
 *
 * @throws PbxError where Asterisk cannot tell.
 */
export declare function locationsMissing<L extends DialplanLocation>(session: AmiSession, locations: readonly L[]): Promise<readonly L[]>;
/** What the running dialplan has of a generated one. */
export type DialplanState = 
/** All of it, as far as can be told: by every step, or by the marker alone. */
{
    readonly state: 'current';
} | {
    readonly state: 'missing';
    readonly contexts: readonly string[];
}
/** Others than were generated; `differences` has a line each, and none where only the marker was looked for. */
 | {
    readonly state: 'other';
    readonly differences: readonly string[];
};
/** Looks for the marker, for which the class `call` is enough. */
export declare function lookForMarker(session: AmiSession, { marker }: GeneratedDialplan): Promise<DialplanState>;
/** Compares every step; class `reporting` or `config`. */
export declare function compareDialplan(session: AmiSession, { steps }: GeneratedDialplan): Promise<DialplanState>;
/** The steps that a running context has; none for a context that is not there. Class `reporting` or `config`. */
export declare function runningSteps(session: AmiSession, context: string): Promise<readonly RunningStep[]>;
/** The whole dialplan that Asterisk runs. Class `reporting` or `config`. */
export declare function readRunningDialplan(session: AmiSession): Promise<RunningDialplan>;
/**
 * Has Asterisk reload its dialplan, unless it runs this one and its file `isOld`, and reads back what it runs.
 * Class `system` or `config`, of which the second permits less.
 */
export declare function reloadDialplan(session: AmiSession, generated: GeneratedDialplan, isOld: boolean): Promise<{
    readonly wasReloaded: boolean;
    readonly running: DialplanState;
}>;
