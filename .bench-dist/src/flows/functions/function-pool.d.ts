import type { ConversationInput } from '../../conversation/conversation.js';
import type { Problem } from '../problem.js';
import type { FlowFunction } from '../revision.js';
import type { FunctionResult } from './function-result.js';
export interface FunctionPoolOptions {
    /** How long a function may run, in milliseconds; 250 by default. A call waits for twice that at most. */
    readonly deadlineMs: number;
    /** Threads that run one function at the same time; 4 by default. */
    readonly maxWorkers: number;
    /** Heap of each thread in MiB; 256 by default, see `MEMORY_MB`. */
    readonly memoryMb: number;
    /** How long loading a file may take when it is checked, in milliseconds; 2,000 by default. */
    readonly checkDeadlineMs: number;
    /** After so many milliseconds without a call one thread is kept; 10,000 by default. */
    readonly idleMs: number;
    /** Milliseconds since 1970, for how long a broken function is suspended. */
    readonly now: () => number;
}
/** The worker threads of one code flow, and the calls that wait for one of them. */
export declare class FunctionPool {
    #private;
    /** @param ending holds the threads that are being ended */
    constructor(fn: FlowFunction, options: FunctionPoolOptions, ending: Set<Promise<void>>);
    /** How many threads live, those that still start included. */
    get size(): number;
    /** Loads the function on a first thread; returns what is wrong with it. */
    load(): Promise<Problem | undefined>;
    /** Runs the function for one call. Never rejects, and settles within twice the deadline. */
    run(input: ConversationInput): Promise<FunctionResult>;
    /** Runs what waits, and ends each thread that is not needed for that: a new revision has other threads. */
    retire(): void;
    /** Fails what still runs, and ends every thread. */
    stop(): void;
}
