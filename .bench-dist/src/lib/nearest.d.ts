/** The known name that `name` is probably a slip of, if one is near enough to be worth naming. */
export declare function nearest(name: string, known: Iterable<string>): string | undefined;
/** The end of a message about an unknown name: `; did you mean "goto"?`, else what names there are. */
export declare function suggestion(name: string, known: Iterable<string>): string;
