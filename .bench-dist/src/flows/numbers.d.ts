import type { NumberPattern, NumberTable } from '../routing/types.js';
import type { Diagnostics, YamlPath } from './problem.js';
import type { NumbersSource } from './schema.js';
import { type FlowSource } from './source.js';
/** Reads telephone numbers, prefixes and files of numbers. Each file is parsed once, however often it is named. */
export declare class Numbers {
    #private;
    private readonly source;
    private readonly country;
    private readonly diagnostics;
    /** @param country ISO 3166 code of `default_country`. */
    constructor(source: FlowSource, country: string | undefined, diagnostics: Diagnostics);
    /** A number, a prefix, a list of both, or a file of numbers. */
    pattern(written: NumbersSource, path: YamlPath): NumberPattern;
    /** A number that stands alone, as under `vip.numbers`, where a prefix has no meaning. */
    exact(text: string, path: YamlPath): string;
    /** The table of a file; a problem at the path where it is named if there is none. */
    table(written: string, path: YamlPath): NumberTable | undefined;
}
