import type { Departure, DialplanLocation, Pbx, PbxFault, PbxListener, SharedVariables, Variable } from '../../src/asterisk/pbx.js';
import { type PassedCall } from './stasis-arguments.js';
/** A channel of the fake. */
interface FakeChannel {
    readonly id: string;
    readonly name: string;
    readonly callerId: {
        readonly number: string;
        readonly name: string;
    };
    readonly passed: PassedCall;
    /** The arguments of Stasis(), where they are not those of `passed`. */
    readonly args?: string;
    /** Headers that can be read by ARI. */
    readonly headers: ReadonlyMap<string, string>;
    readonly variables: Map<string, string>;
}
export type Step = 'readVariable' | 'readHeader' | 'setVariables' | 'continueInDialplan';
/** A `PbxFault` is answered at once; `hang` never answers, so that the request runs into its time limit. */
export type Fault = PbxFault | 'hang';
interface Request {
    readonly step: Step;
    readonly timeoutMs: number;
    /** By the clock of `performance`. */
    readonly atMs: number;
}
/** A PBX that answers the port `Pbx` by itself. Each request can be made to fail. */
export declare class FakePbx implements Pbx {
    #private;
    readonly requests: Request[];
    /** Whether this Asterisk takes shared variables. */
    sharesVariables: boolean;
    forgotten: number;
    /** Whether a StasisEnd follows `continue`. */
    confirmsLeaving: boolean;
    /** Where the calls were sent, in order: `doorman-go,=^^vip-support,s,1,1`. */
    readonly sentTo: string[];
    listen(listener: PbxListener): void;
    /** A call from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
    enter(parts?: Partial<FakeChannel>): FakeChannel;
    /** A StasisStart for a channel, `elapsedMs` after the beginning of the test. */
    arrive(channel: FakeChannel): void;
    /** A StasisEnd. A channel that hung up is gone for every later request. */
    leave(id: string, kind: Departure['kind'], at?: number | undefined): void;
    /** Lets the next requests of a step fail, one fault each; `undefined` and those after the last are answered. */
    fail(step: Step, ...faults: readonly (Fault | undefined)[]): void;
    /** Does something once, just before the next request of a step is answered. */
    before(step: Step, happening: () => void): void;
    requestsOf(step: Step): readonly Request[];
    readVariable(channelId: string, name: string, timeoutMs: number): Promise<string>;
    readHeader(channelId: string, name: string, timeoutMs: number): Promise<string | undefined>;
    setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void>;
    shareVariables(variables: readonly Variable[]): SharedVariables | undefined;
    forgetSharedVariables(): void;
    continueInDialplan(channelId: string, location: DialplanLocation, timeoutMs: number): Promise<void>;
}
export {};
