/** How long `at` is before `now` in the largest unit of which it is one or more: `5 s`, `2 min`, `3 h`, `12 d`. */
export declare function age(at: Date, now: Date): string;
/** Local time, as `2026-12-24 18:04:11`. */
export declare function localTime(at: Date): string;
/**
 * The instant so long before `now`, as `30min`, `2h` or `3d`, or an instant in ISO 8601.
 * @throws RangeError whose message says how to write it.
 */
export declare function parseSince(text: string, now: Date): Date;
