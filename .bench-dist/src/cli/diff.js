import { compile } from '../flows/compile.js';
import { formatProblem } from '../flows/problem.js';
import { diffRevisions } from '../revisions/diff.js';
import { withFilesOf } from '../revisions/revision-files.js';
import { StoreReader } from '../store/store.js';
import { DATA_OPTION, FLOWS_OPTION, JSON_OPTION, printResult, Refusal, settingsFor } from './command.js';
export function addDiff(program) {
    program
        .command('diff')
        .argument('[before]', 'number or id of a revision, see "doorman revisions"; default: the newest')
        .argument('[after]', 'number or id of another; default: the flows folder')
        .description('say what changed between two revisions, or what a reload would change')
        .option(...FLOWS_OPTION)
        .option(...DATA_OPTION)
        .option(...JSON_OPTION)
        .action(async (a, b, options, command) => {
        const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = settingsFor(command, 'files');
        const store = new StoreReader(data);
        const entries = await store.revisions();
        // Both names are looked at before anything is compiled.
        const [first, second] = [
            entryOf(entries, a, data),
            b === undefined ? undefined : entryOf(entries, b, data),
        ];
        const before = await storedSide(store, first);
        const after = await (second === undefined ? folderSide(folder) : storedSide(store, second));
        const changes = await diffRevisions(before.revision, after.revision);
        const value = { before: sideJson(before), after: sideJson(after), changes };
        printResult(options, value, format(before, after, changes));
    });
}
function entryOf(entries, named, data) {
    if (named !== undefined && !/^[0-9a-f]{1,64}$/.test(named)) {
        const says = 'give its number or its id, as "doorman revisions" lists them.';
        throw new Refusal('usage', `"${named}" is no revision: ${says}`);
    }
    const last = entries.at(-1);
    const entry = named === undefined ? last : findEntry(entries, named);
    if (entry !== undefined)
        return entry;
    if (last === undefined)
        throw new Refusal('no_revision', `${data} holds no revision. Check DOORMAN_DATA.`);
    const stored = `${entries[0]?.number} to ${last.number} are there, see "doorman revisions".`;
    throw new Refusal('no_revision', `There is no revision ${named} in ${data}; ${stored}`);
}
/** By its number, or the newest by its id or the first four or more characters of its hash. */
function findEntry(entries, named) {
    const byNumber = entries.find(({ number }) => String(number) === named);
    const startsWith = (hash) => named.length >= 4 && hash.startsWith(named);
    return byNumber ?? entries.findLast(({ id, hash }) => id === named || startsWith(hash));
}
async function storedSide(store, entry) {
    const title = `revision ${entry.number} (${entry.id})`;
    const compiled = await withFilesOf(store, entry, compile);
    return { title, number: entry.number, revision: revisionOf(compiled, title) };
}
async function folderSide(folder) {
    const revision = revisionOf(await compile(folder), `the folder ${folder}`);
    return { title: `${folder} as it is now (${revision.id})`, number: null, revision };
}
function revisionOf(compiled, title) {
    if (compiled.ok)
        return compiled.revision;
    const lines = [`The flow files of ${title} cannot be compiled:`, ...compiled.problems.map(formatProblem)];
    throw new Refusal('revision_files', lines.join('\n'));
}
function format(before, after, changes) {
    const lines = changes.length === 0 ? [noChange(before, after)] : changes.map(({ text }) => text);
    return [`${before.title} → ${after.title}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
function noChange({ revision: before }, { revision: after }) {
    if (before.hash === after.hash)
        return 'no difference: the files are the same';
    return 'no difference that decides a call: the files differ in comments or spelling only';
}
function sideJson({ number, revision: { id, hash } }) {
    return { number, id, hash };
}
//# sourceMappingURL=diff.js.map