import type { ConversationInput } from '../../src/conversation/conversation.js';
import type { FunctionResult } from '../../src/flows/functions/function-result.js';
import { FunctionRunner } from '../../src/flows/functions/function-runner.js';
import type { FlowFunction } from '../../src/flows/revision.js';
/** Deadlines are long where they are not the matter: a busy machine must not make these tests fail. */
export declare function runner(options?: ConstructorParameters<typeof FunctionRunner>[0]): FunctionRunner;
export declare function flow(source: string, file?: string): FlowFunction;
export declare const body: (statements: string, file?: string) => FlowFunction;
export declare const sound: (name?: string) => FlowFunction;
/** Holds its thread for good, as `for (;;);` does, but takes no processor time from the tests beside it. */
export declare const LOOP = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";
export declare const input: ConversationInput;
export declare function said(result: FunctionResult): string;
export declare const CHOSE = "chose vip_support_flow";
/** What comes of a call with this id, which functions look at to behave in different ways on one thread. */
export declare function saidOf(under: FunctionRunner, fn: FlowFunction, callId?: string): Promise<string>;
/** Does something for calls with the id `bad`, and chooses a flow for all. */
export declare const onceBad: (statements: string, file?: string) => FlowFunction;
