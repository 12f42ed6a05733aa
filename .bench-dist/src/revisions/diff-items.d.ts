/** One difference between two revisions. */
export interface Change {
    readonly part: Part;
    readonly kind: 'added' | 'removed' | 'moved' | 'renamed' | 'changed';
    /** Which rule, branch, flow, trunk, example or file; empty for a part that is there only once. */
    readonly name: string;
    /** One line for people: `rule "Sales hours": goto sales_flow → main`. */
    readonly text: string;
    /** Where a list of numbers changed: how many. */
    readonly numbers?: NumbersChange;
}
export type Part = 'default_country' | 'callee_from' | 'trunk' | 'vip' | 'branch' | 'flow' | 'rule' | 'code' | 'otherwise' | 'undecidable' | 'example';
export interface NumbersChange {
    readonly added: number;
    readonly removed: number;
    /** Numbers that stayed and have another row: another name or tier, say. */
    readonly otherRows: number;
}
/** What changed in one item, without its name; with counts where numbers did. */
export type Detail = string | {
    readonly text: string;
    readonly numbers: NumbersChange;
};
/** A part of a revision that has a name, as texts in the words of the flow file. */
export interface Item {
    readonly name: string;
    /** False where the name only says its position. */
    readonly isNamed?: boolean;
    /** What follows "added" and "removed"; empty for nothing. */
    readonly summary: string;
    readonly facts: readonly Fact[];
    /** What changed in the files that it reads. */
    readonly details?: readonly Detail[];
}
/** A property in which an item can differ between two revisions. */
export interface Fact {
    readonly name: string;
    readonly text: string;
    /** Equal for two that mean the same, however they are written; where left out, the text. */
    readonly meaning?: string;
    /** What a change says, where that is not `name before → after`. */
    readonly changed?: (before: string) => string;
}
export declare function change(part: Part, kind: Change['kind'], name: string, detail: Detail): Change;
export interface ItemsDiff {
    readonly changes: readonly Change[];
    /** After → before. */
    readonly pairs: ReadonlyMap<Item, Item>;
}
/** What was removed, added, renamed, moved and changed, in this order. Lets calls have their turn meanwhile. */
export declare function diffItems<T>(part: Part, oldOnes: Iterable<T>, newOnes: Iterable<T>, itemOf: (one: T, side: 'before' | 'after') => Item): Promise<ItemsDiff>;
/** `context sales → shop`, one line for each fact that changed. */
export declare function factChanges(before: readonly Fact[], after: readonly Fact[]): readonly string[];
/** `sales_flow → main`; a missing side is called `nothing`. */
export declare function fromTo(before: string | undefined, after: string | undefined): string;
