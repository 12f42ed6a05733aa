/** Replaces all but the first two and the last two digits of every phone number in a text. */
export declare function maskText(text: string): string;
/** The same for every text, number and key of a line, at any depth. */
export declare function maskNumbers(fields: Readonly<Record<string, unknown>>): Record<string, unknown>;
