import { z } from 'zod';
/** Every setting, by its name in the environment. The value of a secret may be in a file that `…_FILE` names. */
declare const schema: z.ZodObject<{
    DOORMAN_ARI_URL: z.ZodDefault<z.ZodPipe<z.ZodURL, z.ZodTransform<string, string>>>;
    DOORMAN_ARI_USERNAME: z.ZodDefault<z.ZodString>;
    DOORMAN_ARI_PASSWORD: z.ZodString;
    DOORMAN_AMI_HOST: z.ZodDefault<z.ZodString>;
    DOORMAN_AMI_PORT: z.ZodDefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_AMI_USERNAME: z.ZodDefault<z.ZodString>;
    DOORMAN_AMI_SECRET: z.ZodString;
    DOORMAN_AMI_ADMIN_USERNAME: z.ZodDefault<z.ZodString>;
    DOORMAN_AMI_ADMIN_SECRET: z.ZodOptional<z.ZodString>;
    DOORMAN_APP: z.ZodDefault<z.ZodString>;
    DOORMAN_APPS: z.ZodOptional<z.ZodPipe<z.ZodString, z.ZodTransform<{
        names: string[];
        pattern?: string;
    }, string>>>;
    DOORMAN_FLOWS: z.ZodDefault<z.ZodString>;
    DOORMAN_RELOAD: z.ZodDefault<z.ZodEnum<{
        auto: "auto";
        manual: "manual";
    }>>;
    DOORMAN_MAX_CHANGE: z.ZodOptional<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_DATA: z.ZodDefault<z.ZodString>;
    DOORMAN_KEEP_CALLS: z.ZodDefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_KEEP_CALLS_MB: z.ZodDefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_CONTROL_HOST: z.ZodDefault<z.ZodString>;
    DOORMAN_CONTROL_PORT: z.ZodDefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_CONTROL_TOKEN: z.ZodOptional<z.ZodString>;
    DOORMAN_FUNCTION_DEADLINE_MS: z.ZodDefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    DOORMAN_LOG_FORMAT: z.ZodOptional<z.ZodEnum<{
        json: "json";
        text: "text";
    }>>;
    DOORMAN_LOG_LEVEL: z.ZodDefault<z.ZodEnum<{
        debug: "debug";
        error: "error";
        info: "info";
        warn: "warn";
    }>>;
    DOORMAN_MASK_NUMBERS: z.ZodDefault<z.ZodPipe<z.ZodEnum<{
        0: "0";
        1: "1";
        false: "false";
        no: "no";
        true: "true";
        yes: "yes";
    }>, z.ZodTransform<boolean, "0" | "1" | "false" | "no" | "true" | "yes">>>;
    DOORMAN_SIP_TARGET: z.ZodDefault<z.ZodString>;
    DOORMAN_SIP_LOCAL: z.ZodOptional<z.ZodString>;
    DOORMAN_SIP_USERNAME: z.ZodOptional<z.ZodString>;
    DOORMAN_SIP_PASSWORD: z.ZodOptional<z.ZodString>;
}, z.core.$strip>;
export type Settings = Readonly<z.output<typeof schema>>;
export type SettingName = keyof Settings;
export declare const SETTING_NAMES: readonly SettingName[];
/** `problems` has one line for each setting that cannot be used; none repeats a secret. */
export declare class SettingsError extends Error {
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}
export interface SettingsSource {
    readonly env: Readonly<Record<string, string | undefined>>;
    /** A file of `NAME=value` lines; the environment overrides it. */
    readonly file?: string | undefined;
    /** Settings that the command does not need, such as passwords for `doorman check`. */
    readonly optional?: readonly SettingName[];
}
/** Reads all settings. @throws SettingsError with every problem. */
export declare function readSettings(source: SettingsSource): Settings;
/**
 * The variables of OpenTelemetry in a settings file. Its libraries read the environment themselves, and an admin who
 * adds them to the file of a service expects them to count.
 */
export declare function otelVariables(file: string | undefined): Record<string, string>;
/** The files that hold secrets: those that `…_FILE` names, and the settings file where it has one itself. */
export declare function secretFiles({ env, file }: SettingsSource): readonly string[];
/** The applications of all instances at this PBX: this one alone unless DOORMAN_APPS names more. */
export declare function applicationsOf({ DOORMAN_APP: own, DOORMAN_APPS: all }: Settings): {
    names: string[];
    pattern?: string;
};
export declare function ariAccess(settings: Settings): {
    url: string;
    username: string;
    password: string;
};
/** Doorman's own AMI user. */
export declare function amiAccess(settings: Settings): {
    host: string;
    port: number;
    username: string;
    secret: string;
};
/** The AMI user that may reload the dialplan and read the configuration; undefined unless its secret is set. */
export declare function adminAccess(settings: Settings): {
    host: string;
    port: number;
    username: string;
    secret: string;
} | undefined;
export {};
