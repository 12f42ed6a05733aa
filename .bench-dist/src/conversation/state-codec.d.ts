import { type State } from './state.js';
/**
 * State ⇄ channel variables.
 *
 *     small state    CONV_STATE   = base64url(JSON)
 *     larger state   CONV_STATE_1 = first 900 characters of base64url(JSON)
 *                    …
 *                    CONV_STATE_n = the rest
 *                    CONV_STATE   = parts=n;sha256=…      written last: it makes the parts count
 *
 * Asterisk refuses an AMI line over 1,024 bytes and drops its whole action with it, so a value keeps to 900
 * characters and leaves room for `Value: ` or the names before it.
 */
export interface ChannelVariable {
    readonly name: string;
    readonly value: string;
}
export type DecodedState = {
    readonly ok: true;
    readonly state: State;
} | {
    readonly ok: false;
    readonly why: string;
};
/**
 * The variables that hold a whole state, in the order in which they must be written: the head comes last, so
 * a write that was cut short leaves either the old state or one that does not decode, never half a new one.
 *
 * @throws RangeError over 256 parts.
 */
export declare function encodeState(state: State): readonly ChannelVariable[];
/** How many `CONV_STATE_<n>` belong to this `CONV_STATE`: 0 where it is the state itself, empty, or garbage. */
export declare function partsIn(head: string): number;
/**
 * Reads the state back from `CONV_STATE` and, where `partsIn` asks for them, `CONV_STATE_1` and so on. Never
 * throws: channel variables are inherited and can be set by anyone who writes dialplan.
 */
export declare function decodeState(head: string, parts: readonly string[]): DecodedState;
/**
 * `CONV_<key>` for each scalar at the top level, for dialplans: texts, cleaned and cut to 200 characters (UTF-16
 * units; no pair is split), numbers as decimals, `true` and `false`, and empty for `null`. At most 64 of them. Keys
 * that are no variable name, are longer than 80 characters, or would collide with `CONV_STATE` are left out:
 * `CONV_STATE` has them whole.
 */
export declare function scalarVariables(state: State): readonly ChannelVariable[];
/**
 * A text that is safe wherever a dialplan expands it: as an argument, in `$[…]`, in `System()` without quotes, and
 * on a line of AMI. At most 200 characters.
 */
export declare function dialplanText(text: string): string;
