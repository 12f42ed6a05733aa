/** JSON on one line, without a character that can control the terminal that shows it. */
export declare function safeJson(value: unknown): string;
/** Text of one or more lines for people, with control characters written out as `\u001b`. */
export declare function safeText(text: string): string;
/** The same for a value within a line: a line feed is written out, too. */
export declare function safeLine(text: string): string;
