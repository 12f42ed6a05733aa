import type { FlowFunction } from '../revision.js';
/** A position in an author's file; line and column count from 1. */
export interface SourcePosition {
    readonly file: string;
    readonly line: number;
    readonly column: number;
}
/**
 * Where in the author's files a stack begins: its first frame outside of packages, taken back through the
 * source map. Undefined where the stack does not touch the function's code.
 */
export declare function positionOf(stack: string, fn: FlowFunction): SourcePosition | undefined;
/** Where in the author's files a position of the bundled code comes from. */
export declare function originalPosition(at: SourcePosition, fn: FlowFunction): SourcePosition;
