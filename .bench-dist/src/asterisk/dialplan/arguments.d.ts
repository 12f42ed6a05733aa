/**
 * The arguments of `Stasis()`: what the generated entry context passes of a call, in one text.
 *
 *     3&LEFT=1.099&STATE=&DECIDED=&LIMIT=&LOST=&KEYS=DIALLED/from/x-vip&COUNT=0&2/5557654321%0A%22Ada%20%3A/%22…%0A//&end
 *     │                                         │                       │       │ └ the values, a line each, in pieces
 *     └ version of the layout                   └ whose values follow   │       └ how many pieces there are
 *                                                                       └ how many listed headers follow: x-note=1/text///
 *
 * A caller's text never meets Asterisk's parser. FIELDQTY and SHIFT take the *name* of a variable; SHIFT hands over
 * the text before the next `)`, the one character that could end a function around it (16.28, 22.10), and URIENCODE
 * leaves no separator in it. The text behind the last piece stays in the variable. `end` tells that Asterisk has not
 * cut the arguments (8,191 bytes); the variables that they were put together from are still there.
 */
/** What an entry context passes of a call. */
export interface PassedFacts {
    /** Names of headers, lower case, in the order in which they are passed. */
    readonly headers: readonly string[];
    /** Those of them that a message may have more of: where it has, they are listed. */
    readonly repeatable: readonly string[];
    readonly attestation: boolean;
    /** Whether each call lists all headers that begin with one of `prefixes`; else only where a header is repeated. */
    readonly listAlways: boolean;
    /** Whether the prefixes are those of all headers, as code flows may ask for any. */
    readonly listsAll: boolean;
    readonly prefixes: readonly string[];
}
export declare const LAYOUT_VERSION = "3";
/** How many headers are listed at the most. */
export declare const MOST_LISTED = 250;
/** A name of RFC 3261's `token`, less what means something to the dialplan's parser. */
export declare function isReadableHeaderName(name: string): boolean;
/** Values that the dialplan puts into one variable, a line each. */
interface ValueGroup {
    readonly variable: string;
    readonly values: readonly (readonly [key: string, source: string])[];
}
/** The values that are passed of each PJSIP channel, by key, each with the dialplan expression that reads it. */
export declare function valueGroups({ headers, attestation }: PassedFacts): readonly ValueGroup[];
/** The dialplan text that hands over a variable in pieces. It works once, as SHIFT empties the variable. */
export declare function inPieces(variable: string): string;
/** The text of the arguments, with room for so many listed headers. */
export declare function argumentsText(passed: PassedFacts, listed: number): string;
/** The arguments of a call. */
export interface StasisArguments {
    /** What is left of the dialplan's time limit when the call enters, in milliseconds; undefined without a limit. */
    readonly leftMs: number | undefined;
    /** `CONV_STATE`. */
    readonly state: string;
    /** Id of the revision that decided this channel on an earlier visit; empty on the first. */
    readonly decidedBy: string;
    /** Whether the call has been here too often, so that it goes to the fallback. */
    readonly isOverLimit: boolean;
    /** Whether the call has come back because Asterisk has lost its shared variables. */
    readonly hasLostVariables: boolean;
    /** Whether the flow's location is not in the dialplan: `doorman-go` asks what to do with the call. */
    readonly isMissing: boolean;
    /** Whether the list has all headers of the message. */
    readonly listsAll: boolean;
    /** The keys of the passed values, those of each variable together. */
    readonly keys: readonly (readonly string[])[];
    /** The `DOORMAN_PASSED_n`, one for each group of keys; none where there was no room for all. */
    readonly passed: readonly string[];
    /** How many headers are listed in `DOORMAN_HEADER_n`. */
    readonly count: number;
    /** Those that came with the arguments; none where there was no room for all. */
    readonly listed: readonly string[];
}
/** Undefined for arguments that are not of this layout. */
export declare function parseArguments(text: string): StasisArguments | undefined;
/** A text that came in pieces. */
export interface Pieces {
    readonly text: string;
    /** Whether the variable has more of it, behind one more `)`. */
    readonly hasMore: boolean;
}
/** A `DOORMAN_PASSED_n`; undefined where Asterisk has cut it. */
export declare function parsePieces(passed: string): Pieces | undefined;
/** What a variable of several values has; undefined where it is not whole, or a value has a line break itself. */
export declare function parseValues(text: string, keys: readonly string[]): readonly string[] | undefined;
/** A header of the list: its name in lower case, as the caller sent it, and its value; one that was cut is empty. */
export declare function parseListed(header: string): Pieces & {
    readonly name: string;
};
export {};
