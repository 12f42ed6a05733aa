import type { Problem } from './problem.js';
/** What TypeScript says of the code flows; `skipped` tells why it was not asked. */
export interface TypeCheck {
    readonly problems: readonly Problem[];
    readonly skipped?: string;
}
/**
 * Has the admin's own TypeScript check code flows: the one found from the flows folder upward, else beside Doorman.
 * Only `doorman check` does this: a reload at three in the morning neither waits for a compiler nor fails for a type.
 *
 * @param files the files of a revision, by their names in the folder; imported code is among them.
 */
export declare function checkTypes(folder: string, files: Iterable<string>, beside?: string): Promise<TypeCheck>;
