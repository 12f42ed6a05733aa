import type { ConversationInput } from '../conversation/conversation.js';
import type { CallFacts, Decision, Flow, Reason, State } from '../routing/types.js';
import type { FlowLogLine, FunctionFailure, FunctionResult } from './functions/function-result.js';
import type { FlowFunction, Revision } from './revision.js';
/** What runs code flows; `FunctionRunner` does. */
export interface Functions {
    run(fn: FlowFunction, input: ConversationInput): Promise<FunctionResult>;
}
/** The decision of the rules, and what the code flow made of it where a rule runs one. */
export interface FinalDecision {
    readonly decision: Decision;
    readonly flow: Flow;
    readonly state: State;
    readonly failure: {
        readonly reason: FunctionFailure;
        readonly message: string;
    } | undefined;
    /** Lines that the code flow wrote. */
    readonly log: readonly FlowLogLine[];
}
export interface DecisionParts {
    readonly revision: Revision;
    readonly functions: Functions;
    readonly callId: string;
    readonly at: Date;
}
/** Decides by the rules and, where the rule says `run`, asks the code flow. Its failure leads to `otherwise`. */
export declare function finalDecision(facts: CallFacts, parts: DecisionParts): Promise<FinalDecision>;
/**
 * Why: the reasons of the rules, and of the code flow where one ran. `candidates` leaves out the rules that the index
 * passes over, which takes microseconds where ten thousand take milliseconds.
 */
export declare function reasonsOf(final: FinalDecision, facts: CallFacts, { revision }: Pick<DecisionParts, 'revision'>, extent?: 'all' | 'candidates'): readonly Reason[];
/** The reasons of the rules, and of the code flow where one ran. */
export declare function withFunction(final: FinalDecision, reasons: readonly Reason[]): readonly Reason[];
export declare function flowNamed(name: string, { routing }: Revision): Flow;
