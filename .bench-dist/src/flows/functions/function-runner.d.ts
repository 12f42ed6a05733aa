import type { ConversationInput } from '../../conversation/conversation.js';
import type { Problem } from '../problem.js';
import type { FlowFunction } from '../revision.js';
import { type FunctionPoolOptions } from './function-pool.js';
import type { FunctionResult } from './function-result.js';
/**
 * Runs code flows in worker threads of their own, one call at a time on each, so that an endless loop affects its own
 * call only. Without a code flow there is no thread. A call waits for a free thread for one deadline, and for its
 * function for one more:
 *
 *     run ──▶ waiting ────▶ sent ────────▶ taken ────▶ chose · failed
 *              │ deadline    │ ½ deadline   │ deadline
 *              └▶ busy       └▶ waiting     └▶ deadline, thread ended in the background
 *
 * A function that keeps failing this way is suspended for a while.
 */
export declare class FunctionRunner {
    #private;
    constructor(options?: Partial<FunctionPoolOptions>);
    /** How many threads live, those that still start included. */
    get workers(): number;
    /** Runs a function for one call. Never rejects, and settles within twice the deadline. */
    run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult>;
    /**
     * Loads the code flows of a revision and returns what is wrong with them. Where nothing is, their threads take the
     * place of the earlier ones, so that no revision inherits what code of another one left behind, and the first call
     * finds its function loaded. Checks run one after the other: they must not take the processor away from calls.
     */
    check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]>;
    /** Fails what still runs and waits until every thread is gone. */
    stop(): Promise<void>;
}
