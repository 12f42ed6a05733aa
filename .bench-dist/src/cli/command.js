/** What all commands share: printing, exit codes, errors, settings and option types. */
import { InvalidArgumentError } from 'commander';
import { DialplanFileError } from '../asterisk/dialplan/file.js';
import { NotRunningError } from '../control/client.js';
import { FunctionRunner } from '../flows/functions/function-runner.js';
import { loadRevision } from '../flows/load.js';
import { FlowFilesError } from '../flows/problem.js';
import { wrap } from '../lib/columns.js';
import { safeJson, safeText } from '../lib/safe-text.js';
import { parseShare } from '../lib/share.js';
import { findSettings } from '../settings/find.js';
import { readSettings, SettingsError, } from '../settings/index.js';
import { StoreError } from '../store/store-error.js';
import { paint } from './paint.js';
export const EXIT = { ok: 0, failed: 1, usage: 2 };
/** A check failed or a request was refused, or the command line is wrong (`usage`); the message is for the admin. */
export class Refusal extends Error {
    code;
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
/**
 * Prints to standard output; control characters from a call, a file or the PBX are written out. On a terminal long
 * lines are wrapped.
 */
export function print(text) {
    printTo(process.stdout, text);
}
/**
 * Prints the text for people, or with `--json` one object for scripts.
 * @param next what to run next, for a person at a terminal
 */
export function printResult({ json }, value, text, next) {
    if (json)
        printJson(value);
    else
        print(next === undefined || !process.stdout.isTTY ? text : `${text}\nNext: ${next}`);
}
export function printJson(value) {
    process.stdout.write(`${safeJson(value)}\n`);
}
/** Prints to standard error. */
export function printError(text) {
    printTo(process.stderr, text);
}
function printTo(stream, text) {
    stream.write(`${paint(wrap(safeText(text), widthOf(stream)), stream)}\n`);
}
/** How many characters fit in a line; a file has room for all. A serial console says 0. */
export function widthOf({ isTTY, columns }) {
    return isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
}
/** Prints what went wrong, with a stack only if it is a defect, and returns the exit code. */
export function reportFailure(error) {
    const [code, message] = describe(error);
    printError(`error[${code}]: ${message}`);
    return code === 'settings' || code === 'usage' ? EXIT.usage : EXIT.failed;
}
function describe(error) {
    if (error instanceof Refusal)
        return [error.code, error.message];
    if (error instanceof StoreError)
        return ['store', error.message];
    if (error instanceof NotRunningError)
        return ['not_running', error.message];
    if (error instanceof DialplanFileError)
        return ['dialplan_not_written', error.message];
    if (error instanceof SettingsError)
        return ['settings', `The settings cannot be used:\n${error.message}`];
    if (error instanceof FlowFilesError)
        return ['flow_files', `The flow files cannot be used:\n${error.message}`];
    const stack = error.stack ?? String(error);
    return ['defect', `This is a defect in Doorman; please report it:\n${stack}`];
}
/** Settings that a command does without, by what it needs of the PBX. */
const OPTIONAL = {
    everything: [],
    ari: ['DOORMAN_AMI_SECRET'],
    files: ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'],
};
/** Options that stand for a setting. */
const OVERRIDES = {
    flows: 'DOORMAN_FLOWS',
    data: 'DOORMAN_DATA',
    logFormat: 'DOORMAN_LOG_FORMAT',
};
/** The environment and the settings file; options of the command override both. `note` says where the file was found. */
export function settingsSource(command) {
    const options = command.optsWithGlobals();
    const env = { ...process.env };
    for (const [option, name] of Object.entries(OVERRIDES)) {
        env[name] = options[option] ?? env[name];
    }
    return { env, ...findSettings(options.settings, process.env) };
}
/** A line on standard error says which settings file was found. @throws SettingsError */
export function settingsFor(command, needs) {
    const { note, ...source } = settingsSource(command);
    if (note !== undefined && command.optsWithGlobals().json !== true)
        printError(note);
    return readSettings({ ...source, optional: OPTIONAL[needs] });
}
/** The revision of a flows folder, and what runs its code flows while `use` takes. @throws FlowFilesError */
export async function withRevision(folder, use) {
    const functions = new FunctionRunner();
    try {
        const loaded = await loadRevision(folder, functions);
        if (!loaded.ok)
            throw new FlowFilesError(loaded.problems);
        return await use(loaded.revision, functions);
    }
    finally {
        await functions.stop();
    }
}
export const FLOWS_OPTION = [
    '--flows <folder>',
    'the folder that holds routing.yaml, also of a draft (or DOORMAN_FLOWS)',
];
export const DATA_OPTION = ['--data <folder>', "Doorman's data folder (or DOORMAN_DATA)"];
export const JSON_OPTION = ['--json', 'print one JSON object'];
export const VERBOSE_OPTION = ['--verbose', 'print every fact, with its source'];
export const HEADER_OPTION = [
    '--header <"Name: value">',
    'SIP header; may be given several times',
    addHeader,
    [],
];
/** A line end in a header would begin a second header, or a second message. */
function addHeader(text, before) {
    const [, name, value] = /^([A-Za-z0-9!%*_+`'~.-]+)\s*:[ \t]*([^\r\n]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
        throw new InvalidArgumentError("A header is written as 'X-VIP: gold', on one line.");
    return [...before, [name, value]];
}
export function parseCount(text) {
    if (!/^[1-9]\d{0,8}$/.test(text))
        throw new InvalidArgumentError('Give a whole number, such as 12.');
    return Number(text);
}
/** `1%` or `0.01` → 0.01. */
export function parseShareOption(text) {
    try {
        return parseShare(text);
    }
    catch (error) {
        throw new InvalidArgumentError(error.message);
    }
}
//# sourceMappingURL=command.js.map