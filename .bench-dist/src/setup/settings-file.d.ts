export interface SettingsLine {
    readonly name: string;
    readonly value: string;
}
/** The settings file with these lines: each in place of the one that it had for this setting, else at its end. */
export declare function withSettings(before: string | undefined, lines: readonly SettingsLine[]): string;
