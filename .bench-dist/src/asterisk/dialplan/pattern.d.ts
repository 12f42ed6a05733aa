/** Tells whether an extension of the dialplan (`s`, `5551234`, `_[+*#0-9]!`) takes a number. */
export declare function matcherOf(extension: string): (number: string) => boolean;
/** A number that the extension takes. */
export declare function sampleOf(extension: string): string;
