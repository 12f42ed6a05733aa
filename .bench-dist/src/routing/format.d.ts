import type { Condition, HeaderTest } from './types.js';
export declare function formatCondition(condition: Condition): string;
export declare function formatTest(test: HeaderTest): string;
/** `gold`, or `[gold, platinum]`. */
export declare function formatList(values: Iterable<string>): string;
/**
 * A header's name as people write it. Names are kept in lower case; of their parts the short ones after the
 * first are initials (`X-VIP`, `Call-ID`), except `To` and `By`.
 */
export declare function headerName(name: string): string;
/** A header may be 60 KB long; an explanation needs only its beginning. */
export declare function clip(text: string): string;
/** `trunk carrier-b is not trusted for X-VIP` */
export declare function formatTrust(trunk: string | undefined, item: string, trusted: boolean): string;
