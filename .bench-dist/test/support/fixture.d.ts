import type { DecisionRecord } from '../../src/history/decision-record.js';
import type { Asterisk } from './asterisk.js';
import { type CallOptions, type PlacedCall, type RawInvite } from './calls.js';
import type { RunningDoorman } from './doorman.js';
import { Lab, type LabOptions } from './lab.js';
import { type CallResult, Observer } from './observer.js';
import { RELEASES, type Release } from './roots.js';
export { RELEASES };
export interface FixtureOptions extends LabOptions {
    /** False where the stories start Doorman themselves. */
    readonly withDoorman?: boolean;
    /** False under load, where an AMI event for every step of every call would be most of the load. */
    readonly withObserver?: boolean;
}
/** What the caller, the PBX and Doorman say of a call. */
interface SeenCall {
    readonly placed: PlacedCall;
    readonly result: CallResult;
    /** The state on the channel, from the PBX. */
    readonly state: unknown;
    readonly record: DecisionRecord;
}
/** Sets Asterisk, an observer and Doorman up for the tests of this `describe`, and clears up after them. */
export declare function pbxFixture(release: Release, options?: FixtureOptions): Fixture;
/** What a story needs. Everything in it is there from the first test to the last. */
export declare class Fixture {
    #private;
    lab: Lab;
    observer: Observer;
    /** Where the fixture starts it. */
    doorman: RunningDoorman;
    get asterisk(): Asterisk;
    start(release: Release, options: FixtureOptions): Promise<void>;
    stop(): Promise<void>;
    /** After a restart of Asterisk. */
    reopenObserver(): Promise<void>;
    /** Places a call, and says what its caller saw and which flow it reached by the PBX's whole account of it. */
    place(options: CallOptions): Promise<Pick<SeenCall, 'placed' | 'result'>>;
    /** The same for a call that Doorman decides, with its record. */
    readonly call: (options: CallOptions) => Promise<SeenCall>;
    /** The same for an INVITE in bytes, from carrier-a, that its flow refuses. */
    readonly raw: (invite: RawInvite) => Promise<SeenCall>;
}
/** The state as the PBX said it was set; also of a call that is over. */
export declare function stateOf({ variables }: Pick<CallResult, 'variables'>): Promise<unknown>;
/** Flows of a routing.yaml of which each leads to the context `story-<name>`. */
export declare function flowsTo(...names: readonly string[]): string;
/** A code flow of these lines. */
export declare function codeFlow(...lines: readonly string[]): string;
/** The context of a flow that shows the dialplan's view of the call, answers, and waits for the caller to hang up. */
export declare function showing(context: string, expression: string, extension?: string): string;
/** Such contexts for flows of these names. */
export declare function allShowing(names: readonly string[], expression: string): string;
/** The same for `raw` calls: it is over without an answer. */
export declare function refusing(context: string, ...expressions: readonly string[]): string;
