/** Where a configuration stands, for `file:line`. */
export interface ConfigPosition {
    readonly file: string;
    readonly line: number;
}
export interface ConfigOption extends ConfigPosition {
    readonly key: string;
    readonly value: string;
}
export interface ConfigSection extends ConfigPosition {
    readonly name: string;
    /** `[name](!)`: other sections may inherit its options; Asterisk reads it for nothing else. */
    readonly isTemplate: boolean;
    /** Inherited ones first, those of a `[name](+)` last: of two for one key the last counts. */
    readonly options: ConfigOption[];
}
/** A file of Asterisk's configuration with all that it includes, in Asterisk's own order. */
export interface AsteriskConfig {
    readonly sections: readonly ConfigSection[];
    /** Files that were asked for by `#include` and `#tryinclude`, as they are written there. */
    readonly includes: readonly (ConfigPosition & {
        readonly name: string;
    })[];
    /** What makes Asterisk (16 and 22) ignore the whole configuration, a line each. */
    readonly faults: readonly string[];
}
/** The configuration folder: what a file holds; undefined if there is none. */
export interface ConfigSource {
    read(name: string): string | undefined;
    /** The names that an `#include` stands for, which may hold `*`. */
    matching(pattern: string): readonly string[];
}
/** Reads a file and its includes as Asterisk 16 and 22 do (main/config.c); `#exec` is not run. */
export declare function readConfig(name: string, source: ConfigSource): AsteriskConfig;
/** The sections of this name that Asterisk reads as such; it takes the first, or refuses the file for the second. */
export declare function sectionsNamed(config: AsteriskConfig, name: string): readonly ConfigSection[];
/** The value that counts: the last. */
export declare function optionOf(section: ConfigSection | undefined, key: string): string | undefined;
/** As ast_true() of Asterisk. */
export declare function isTrue(value: string | undefined): boolean;
