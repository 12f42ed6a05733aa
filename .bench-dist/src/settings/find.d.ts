export interface FoundSettings {
    /** The file to read; undefined where the environment has all. */
    readonly file: string | undefined;
    /** What a person should know of the choice; undefined where it was theirs, or there is no file. */
    readonly note: string | undefined;
}
/** The settings file: the one of `--settings`, else of `DOORMAN_SETTINGS`, else that of the installed instance. */
export declare function findSettings(option: string | undefined, env: Readonly<Record<string, string | undefined>>, installed?: string): FoundSettings;
