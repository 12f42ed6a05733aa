/**
 * The rule for dialplan, checked over every line: no text of a caller is ever parsed by Asterisk.
 *
 * Asterisk puts an inner `${…}` in first and looks for the end of a function, its arguments and an offset afterwards
 * (pbx_variables.c), so a value is safe where no parser follows, or where it was proved to hold none of its delimiters.
 */
/** Whose values hold generated text and numbers alone; `lines` are checked to give them nothing else. */
export interface OwnValues {
    readonly variables: RegExp;
    /** Whose values are percent-encoded: no text that ends an argument, but a parenthesis may stand in them. */
    readonly encoded?: RegExp;
    /** Contexts that only Doorman sends calls to, so that their EXTEN is its own text. */
    readonly contexts: readonly string[];
}
/** Every step that gives a parser a caller's text, as `context,extension: App(…): why`; none where all are safe. */
export declare function unsafeSteps(text: string, own: OwnValues): readonly string[];
