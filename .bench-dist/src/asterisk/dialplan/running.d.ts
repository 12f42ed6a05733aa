import type { DialplanStep } from './steps.js';
/** A step of the running dialplan, with its label where it has one. */
export interface RunningStep extends DialplanStep {
    readonly label: string | undefined;
}
/** An extension as the dialplan has it: a number, or a pattern. */
interface Extension {
    readonly context: string;
    readonly extension: string;
    readonly takes: (number: string) => boolean;
    /** Ascending by priority. */
    readonly steps: readonly RunningStep[];
}
/** Where a call is: the number stays as it was dialled while the context changes. */
export interface Place {
    readonly context: string;
    readonly number: string;
    /** A priority or a label; 1 if it is left out. */
    readonly priority?: string;
}
/** The dialplan that Asterisk runs, as far as its text shows where a call goes. */
export declare class RunningDialplan {
    #private;
    readonly steps: readonly RunningStep[];
    /** @param includes by context, without their times */
    constructor(steps: readonly RunningStep[], includes: ReadonlyMap<string, readonly string[]>);
    has(context: string): boolean;
    /** The extension that takes the number: in the context itself, else in those that it includes, in their order. */
    find({ context, number }: Place): Extension | undefined;
    /** A number for each extension that calls to this context can take. */
    numbersIn(context: string): readonly string[];
    /**
     * The contexts that a call from here goes through before anything waits for the caller or chooses between two ways,
     * ending with `target` if it gets there.
     */
    straightWay(from: Place, target: string): readonly string[];
    /** Whether some way leads from one of these to a context, whatever is dialled, pressed or found out on it. */
    mayReach(from: readonly Place[], target: string): boolean;
}
/** The locations that a step may send a call to, as the dialplan writes them. */
export declare function jumpsOf({ application, data }: Pick<RunningStep, 'application' | 'data'>): readonly string[];
export {};
