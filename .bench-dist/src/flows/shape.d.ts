import type * as z from 'zod';
import type { Diagnostics, YamlPath } from './problem.js';
/**
 * Checks the value of a document with a schema and reports everything that is wrong. What is wrong then becomes
 * undefined in `value`, so that the rest can be checked further: a slip in one part does not hide those in others.
 */
export declare function checkShape(schema: z.ZodType, value: unknown, diagnostics: Diagnostics): void;
/** The sound items of a list, each with its path. */
export declare function itemsOf<Item>(list: readonly Item[] | undefined, path: YamlPath): (readonly [Item, YamlPath])[];
/** A text or a list of texts, each with its path. */
export declare function listed(written: string | readonly string[], path: YamlPath): (readonly [string, YamlPath])[];
/** The sound entries of a map with names of the author's, each with its path. */
export declare function entriesOf<Value>(map: Readonly<Record<string, Value>> | undefined, path: YamlPath): (readonly [string, Value, YamlPath])[];
