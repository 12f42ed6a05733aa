import type { CallSpans, CallSpansOptions } from './call-spans.js';
/**
 * Undefined unless the standard variables ask for traces. The libraries are loaded here, so that an instance without
 * traces has none of them in memory.
 */
export declare function openTracing(options: CallSpansOptions): Promise<CallSpans | undefined>;
