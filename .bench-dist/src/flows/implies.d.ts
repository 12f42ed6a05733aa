import type { Condition, Leaf, Routing } from '../routing/types.js';
/** The rules without what is derived from them. */
export type Rules = Omit<Routing, 'index'>;
/** A condition without parts, or the contrary of one. */
export interface Literal {
    readonly kind: 'literal';
    readonly leaf: Leaf;
    readonly negated: boolean;
}
/** A condition with every `not` pushed down to its leaves. */
export type Formula = Literal | {
    readonly kind: 'all';
    readonly of: readonly Formula[];
} | {
    readonly kind: 'any';
    readonly of: readonly Formula[];
};
/**
 * De Morgan's laws hold for the three-valued logic of `truthOf` too, so the formula has the value of the condition
 * for every call, untrusted values included.
 */
export declare function formulaOf(condition: Condition, negated?: boolean): Formula;
/** The parts that all have to be satisfied; the formula itself where it is no `all`. */
export declare function partsOf(formula: Formula): readonly Formula[];
/** True for a condition without requirements. */
export declare function isAlways(formula: Formula): boolean;
export declare function formatLiteral({ leaf, negated }: Literal): string;
/**
 * Whether every call that satisfies `a` satisfies `b`. True is certain; false may only mean that it was not
 * found, since a warning that is wrong is worse than one that is missing.
 */
export declare function implies(a: Formula, b: Formula, rules: Rules): boolean;
/** Whether no call can satisfy both. */
export declare function exclude(a: Literal, b: Literal, rules: Rules): boolean;
