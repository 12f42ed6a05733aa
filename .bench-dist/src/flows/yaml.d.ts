import { Diagnostics } from './problem.js';
/** A flow file as it was read. */
export interface FlowDocument {
    /** A map, not yet checked; undefined where the text cannot be read. */
    readonly value: unknown;
    /** Holds what is wrong with the text itself. */
    readonly diagnostics: Diagnostics;
}
/**
 * Reads YAML with its failsafe schema: a scalar is a text, so that `5551234567`, `+15551234567` and `007` stay as
 * they were written. Only where the flow files have numbers, true and false are plain scalars read as such.
 * Never throws: whatever is wrong is a problem with its position.
 */
export declare function parseFlowDocument(file: string, content: Buffer): FlowDocument;
