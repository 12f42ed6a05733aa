import type { State } from '../routing/types.js';
export type { State, StateValue } from '../routing/types.js';
/** A value of the state while a flow author works on it. Keys set to `undefined` are not kept. */
export type MutableStateValue = string | number | boolean | null | undefined | MutableStateValue[] | {
    [key: string]: MutableStateValue;
};
/** The state as a flow author sees it: open for assignment at every depth. */
export type MutableState = {
    [key: string]: MutableStateValue;
};
/**
 * The largest state that a call can keep, in bytes of its JSON text: 256 channel variables of 900 characters
 * each, in base64url.
 */
export declare const STATE_LIMIT_BYTES: number;
/** A state as JSON text, without keys named `__proto__`. */
export declare function formatState(state: State): string;
/**
 * Reads a state from JSON text. Keys named `__proto__` are left out at every depth: they are harmless in the
 * object that `JSON.parse` makes, but code that copies that object key by key would swap its prototype.
 *
 * @throws SyntaxError where the text is not JSON, or not that of an object.
 */
export declare function parseState(json: string): State;
/**
 * Finds what would be lost if the value became JSON, and says it: `state.done is a function`. Stricter than
 * JSON itself, which turns a forgotten promise or a `Map` into `{}` without a word. `undefined` is fine.
 */
export declare function whyNotJson(value: unknown, path?: string, above?: readonly object[]): string | undefined;
