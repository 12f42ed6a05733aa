import { dialplanFor } from '../call/passed-facts.js';
import { isAddressHidden, readAddress } from '../control/address.js';
import { fault } from '../doctor/check.js';
import { examine } from '../doctor/diagnose.js';
import { compile } from '../flows/compile.js';
import { FlowFilesError } from '../flows/problem.js';
import { wrapLine } from '../lib/columns.js';
import { safeLine } from '../lib/safe-text.js';
import { applicationsOf, SettingsError, secretFiles } from '../settings/index.js';
import { DATA_OPTION, EXIT, FLOWS_OPTION, JSON_OPTION, printResult, settingsFor, settingsSource, widthOf, } from './command.js';
export function addDoctor(program) {
    program
        .command('doctor')
        .description('check the PBX, the settings and the flow files, and say what to do about each fault')
        .option(...FLOWS_OPTION)
        .option(...DATA_OPTION)
        .option('--verbose', 'also say what was found to be right')
        .option(...JSON_OPTION)
        .action(async (options, command) => {
        const findings = await findingsFor(command);
        const count = (verdict) => findings.filter((one) => one.verdict === verdict).length;
        const [faults, warnings] = [count('fault'), count('warning')];
        printResult(options, { findings, faults, warnings, info: count('info') }, report(findings, options));
        process.exitCode = faults === 0 ? EXIT.ok : EXIT.failed;
    });
}
async function findingsFor(command) {
    try {
        const settings = settingsFor(command, 'everything');
        return await examine({
            settings,
            flows: await flowsOf(settings),
            instance: await findInstance(settings.DOORMAN_DATA),
            secretFiles: secretFiles(settingsSource(command)),
        });
    }
    catch (error) {
        if (!(error instanceof SettingsError))
            throw error;
        const remedy = 'Correct it in the environment or the settings file; nothing else was checked.';
        return error.problems.map((says) => ({ check: 'settings', ...fault(says, remedy) }));
    }
}
async function flowsOf(settings) {
    const compiled = await compile(settings.DOORMAN_FLOWS);
    if (!compiled.ok)
        return new FlowFilesError(compiled.problems);
    const { revision } = compiled;
    return { revision, dialplan: dialplanFor(applicationsOf(settings), revision) };
}
const READY_MS = 3_000;
/** Asks the Doorman that uses this data folder whether it is ready. */
async function findInstance(dataFolder) {
    const address = await readAddress(dataFolder);
    if (address === undefined)
        return { state: (await isAddressHidden(dataFolder)) ? 'hidden' : 'none' };
    const { url, pid } = address;
    try {
        const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(READY_MS) });
        const { ready, revision, problems } = (await response.json());
        return { state: 'answers', pid, ready, revision, problems };
    }
    catch (error) {
        const { cause, message } = error;
        return { state: 'silent', pid, reason: `${url}: ${cause instanceof Error ? cause.message : message}` };
    }
}
const ORDER = ['fault', 'warning', 'info'];
/** What is wrong comes first, and the sum last. */
function report(findings, { verbose }) {
    const of = (verdict) => findings.filter((one) => one.verdict === verdict);
    const wrong = ORDER.flatMap(of);
    const right = of('ok').filter(({ check }) => verbose || wrong.every((other) => other.check !== check));
    const names = right.map(({ check }) => check).join(', ');
    return [
        ...wrong.flatMap(format),
        ...(verbose ? right.flatMap(format) : right.length > 0 ? block('ok', `${names}.`) : []),
        summary(of('fault').length, of('warning').length),
    ].join('\n');
}
function format({ check, verdict, says, remedy }) {
    const lines = block(verdict, `${check}: ${says}`);
    return remedy === null ? lines : [...lines, ...block('       →', remedy)];
}
const COLUMNS = 80;
const INDENT = 9;
function block(head, text) {
    const width = Math.min(COLUMNS, widthOf(process.stdout));
    return wrapLine(head.padEnd(INDENT) + safeLine(text), width, INDENT);
}
function summary(faults, warnings) {
    const count = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;
    if (faults + warnings === 0)
        return 'OK: nothing is wrong.';
    if (faults === 0)
        return `OK: no fault, ${count(warnings, 'warning')}.`;
    return `${count(faults, 'fault')}, ${count(warnings, 'warning')}. Correct the faults and run doctor again.`;
}
//# sourceMappingURL=doctor.js.map