import type { CallContext, State } from './types.js';
/**
 * Fills `{caller.name}`, `{callerNumber}`, `{callerName}`, `{calleeNumber}`, `{branch}`, `{trunk}` and
 * `{header.X-Account}` into every text of a rule's or branch's state, however deep; `{{` and `}}` stand for
 * braces. What the call does not have is empty, and so is a header for which the trunk is not trusted: then the
 * default of `{caller.name|friend}` counts, and without one the spaces around it become one, or none where nothing
 * or a punctuation mark follows. What was filled in is never filled again.
 */
export declare function fillState(state: State, context: CallContext): State;
/** The names of all placeholders in a text. */
export declare function placeholdersIn(text: string): readonly string[];
/**
 * What is wrong with a text, for `doorman check`: names that no call has, and braces that do not close.
 *
 * @param callerColumns the columns of all VIP files.
 */
export declare function templateProblems(text: string, callerColumns: ReadonlySet<string>): readonly string[];
