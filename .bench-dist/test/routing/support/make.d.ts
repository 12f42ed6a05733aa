import type { Branch, CallContext, CallFacts, Condition, HeaderTest, NumberPattern, NumberTable, Routing, Rule, State, Trust } from '../../../src/routing/types.js';
export declare const AT: Date;
/** A call by its parts: from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
export declare function call(parts: {
    from?: string;
    name?: string;
    to?: string;
    trunk?: string | undefined;
    headers?: readonly (readonly [string, string])[];
    state?: State;
    verification?: CallFacts['verification'];
}): CallFacts;
export declare function trusting(trusted: Readonly<Record<string, readonly string[]>>): Trust;
export declare function numbers(...texts: readonly string[]): NumberPattern;
/** A file of numbers, of the US unless another country, or none, is given. */
export declare function tableOf(text: string, country?: string | null): import("../../../src/routing/number-file.js").ReadTable;
export declare const always: Condition;
export declare const when: {
    caller: (...texts: string[]) => Condition;
    callee: (...texts: string[]) => Condition;
    branch: (...names: string[]) => Condition;
    trunk: (...names: string[]) => Condition;
    vip: (is: boolean) => Condition;
    headerIs: (name: string, ...values: string[]) => Condition;
    present: (name: string, present?: boolean) => Condition;
    header: typeof header;
    all: (...of: Condition[]) => Condition;
    any: (...of: Condition[]) => Condition;
    not: (of: Condition) => Condition;
};
declare function header(name: string, test: HeaderTest): Condition;
export declare function branch(name: string, texts: readonly string[], state?: State): Branch;
/** A rule by its condition; its name is its place, and it leads to the flow of the same name. */
export declare function ruleOf(condition: Condition, index: number, state?: State): Rule;
export declare function routingOf(parts: {
    trust?: Trust;
    vipNumbers?: readonly string[];
    vipTables?: readonly NumberTable[];
    vipHeaders?: Readonly<Record<string, readonly string[]>>;
    branches?: readonly Branch[];
    rules?: readonly (Condition | Rule)[];
    calleeFrom?: readonly string[];
    defaultCountry?: string | undefined;
}): Routing;
/** The positions of all rules that the index has a call try. */
export declare function candidatesOf({ index, rules }: Routing, context: CallContext): readonly number[];
/** The explanation of a call. */
export declare function explained(facts: CallFacts, routing: Routing, tried?: 'all' | 'candidates'): readonly import("../../../src/routing/types.js").Reason[];
export {};
