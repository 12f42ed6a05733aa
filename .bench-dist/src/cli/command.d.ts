/** What all commands share: printing, exit codes, errors, settings and option types. */
import { type Command } from 'commander';
import { FunctionRunner } from '../flows/functions/function-runner.js';
import type { Revision } from '../flows/revision.js';
import { type Settings, type SettingsSource } from '../settings/index.js';
export declare const EXIT: {
    readonly ok: 0;
    readonly failed: 1;
    readonly usage: 2;
};
/** What a script can tell failures by; docs/reference.md lists them. */
export type ErrorCode = 'ari_unreachable' | 'call_not_found' | 'defect' | 'dialplan_not_reloaded' | 'dialplan_not_running' | 'dialplan_not_written' | 'draft' | 'examples_not_written' | 'flow_files' | 'no_data' | 'no_revision' | 'not_running' | 'revision_files' | 'settings' | 'setup_incomplete' | 'setup_refused' | 'sip_unreachable' | 'store' | 'usage';
/** A check failed or a request was refused, or the command line is wrong (`usage`); the message is for the admin. */
export declare class Refusal extends Error {
    readonly code: ErrorCode;
    constructor(code: ErrorCode, message: string);
}
/**
 * Prints to standard output; control characters from a call, a file or the PBX are written out. On a terminal long
 * lines are wrapped.
 */
export declare function print(text: string): void;
/**
 * Prints the text for people, or with `--json` one object for scripts.
 * @param next what to run next, for a person at a terminal
 */
export declare function printResult({ json }: {
    readonly json?: true;
}, value: unknown, text: string, next?: string): void;
export declare function printJson(value: unknown): void;
/** Prints to standard error. */
export declare function printError(text: string): void;
/** How many characters fit in a line; a file has room for all. A serial console says 0. */
export declare function widthOf({ isTTY, columns }: NodeJS.WriteStream): number;
/** Prints what went wrong, with a stack only if it is a defect, and returns the exit code. */
export declare function reportFailure(error: unknown): number;
/** Settings that a command does without, by what it needs of the PBX. */
declare const OPTIONAL: {
    readonly everything: readonly [];
    readonly ari: readonly ["DOORMAN_AMI_SECRET"];
    readonly files: readonly ["DOORMAN_ARI_PASSWORD", "DOORMAN_AMI_SECRET"];
};
/** The environment and the settings file; options of the command override both. `note` says where the file was found. */
export declare function settingsSource(command: Command): SettingsSource & {
    readonly note: string | undefined;
};
/** A line on standard error says which settings file was found. @throws SettingsError */
export declare function settingsFor(command: Command, needs: keyof typeof OPTIONAL): Settings;
/** The revision of a flows folder, and what runs its code flows while `use` takes. @throws FlowFilesError */
export declare function withRevision<T>(folder: string, use: (revision: Revision, functions: FunctionRunner) => Promise<T>): Promise<T>;
export declare const FLOWS_OPTION: readonly ['--flows <folder>', 'the folder that holds routing.yaml, also of a draft (or DOORMAN_FLOWS)'];
export declare const DATA_OPTION: readonly ['--data <folder>', "Doorman's data folder (or DOORMAN_DATA)"];
export declare const JSON_OPTION: readonly ['--json', 'print one JSON object'];
export declare const VERBOSE_OPTION: readonly ['--verbose', 'print every fact, with its source'];
export type Header = readonly [name: string, value: string];
export declare const HEADER_OPTION: ["--header <\"Name: value\">", "SIP header; may be given several times", typeof addHeader, readonly []];
/** A line end in a header would begin a second header, or a second message. */
declare function addHeader(text: string, before: readonly Header[]): readonly Header[];
export declare function parseCount(text: string): number;
/** `1%` or `0.01` → 0.01. */
export declare function parseShareOption(text: string): number;
export {};
