import type { FlowFunction } from '../revision.js';
import type { Answer, Failure, FlowLogLine, FunctionOrder } from './function-result.js';
export interface RunLimits {
    /** How long the thread may take to begin, in milliseconds. */
    readonly takeMs: number;
    /** How long it may then run, in milliseconds; asked once it has begun. */
    runMs(): number;
    /** What to say of a run that takes longer. */
    readonly overdue: string;
}
export declare const STOPPED: Failure;
/**
 * A worker thread that runs one code flow, and the port to it. It sees no environment (no secrets) and never keeps
 * the process alive: while a call waits for it, the timer of that call does.
 */
export declare class FunctionThread {
    #private;
    ready: boolean;
    /** A call has it. */
    isTaken: boolean;
    /** @param onDeath called where the thread dies by itself */
    constructor(fn: FlowFunction, memoryMb: number, onReady: () => void, onDeath: () => void);
    /**
     * Runs the function for one call, one at a time, or only loads it. Never rejects.
     *
     * @param log is given the lines that it writes.
     */
    run(input: FunctionOrder['input'], limits: RunLimits, log?: FlowLogLine[]): Promise<Answer>;
    /** Ends the thread, whatever it does. Some native code (a huge `JSON.parse`) delays this by seconds. */
    end(): Promise<void>;
}
