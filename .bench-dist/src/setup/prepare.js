import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GENERATED_CONTEXTS } from '../asterisk/dialplan/generate.js';
import { dialplanFor } from '../call/passed-facts.js';
import { compile, ROUTING_FILE } from '../flows/compile.js';
import { FlowFilesError } from '../flows/problem.js';
import { applicationsOf, readSettings } from '../settings/index.js';
import { sectionsNamed } from './asterisk-config.js';
import { entriesFor, existingEntries } from './entries.js';
import { stateOf } from './files.js';
import { userNamed } from './inspect.js';
import { NO_PLAN, planSetup } from './plan.js';
import { startingFlows } from './starting-flows.js';
/** The user doorman of the package, if there is one. */
const SERVICE = 'doorman';
const SECRET_BYTES = 24;
/** The settings that are there already, which stay; a secret that the service may not read is no problem here. */
function existingSettings(file) {
    const optional = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'];
    return readSettings({ env: {}, file: existsSync(file) ? file : undefined, optional });
}
/** Where all goes: `doorman` and `data` by the command line, unless the settings name others. */
function placesOf(doorman, data, settings) {
    const { DOORMAN_FLOWS: flows, DOORMAN_DATA: givenData } = settings;
    return {
        doorman,
        // The defaults are for a command that is run in a folder of one's own.
        flows: flows === 'flows' ? join(doorman, 'flows') : flows,
        data: givenData === 'data' ? data : givenData,
        settingsFile: join(doorman, 'settings.env'),
        adminSecretFile: join(doorman, 'ami-admin-secret'),
    };
}
/** Plans the setup of an Asterisk. @throws SettingsError, FlowFilesError of what is there already */
export async function prepare(findings, folders, self) {
    const settings = existingSettings(join(folders.doorman, 'settings.env'));
    const places = placesOf(folders.doorman, folders.data, settings);
    const entries = entriesFor(findings);
    const starting = existsSync(join(places.flows, ROUTING_FILE)) ? undefined : startingFlows(findings, entries);
    const dialplan = await dialplanOf(settings, places.flows, starting);
    const input = { findings, places, entries, stateOf, dialplan, self, startingFlows: starting };
    const service = userNamed(SERVICE);
    const secret = () => randomBytes(SECRET_BYTES).toString('hex');
    const plan = findings.faults.length > 0 ? NO_PLAN : planSetup({ ...input, service, secret });
    const faults = [
        ...findings.faults,
        ...foreignContexts(findings, entries),
        ...(starting === undefined ? [] : loops(findings, entries)),
    ];
    return { plan, places, entries, dialplan, faults };
}
/** The contexts for the flow files that are there, or that will be. */
async function dialplanOf(settings, flows, starting) {
    const folder = starting === undefined ? flows : mkdtempSync(join(tmpdir(), 'doorman-setup-'));
    try {
        if (starting !== undefined)
            writeFileSync(join(folder, ROUTING_FILE), starting);
        const compiled = await compile(folder);
        if (!compiled.ok)
            throw new FlowFilesError(compiled.problems);
        return dialplanFor(applicationsOf(settings), compiled.revision);
    }
    finally {
        if (starting !== undefined)
            rmSync(folder, { recursive: true });
    }
}
/** Contexts of these names that the admin has written: Asterisk would put both together. */
function foreignContexts({ configs }, entries) {
    const names = [...GENERATED_CONTEXTS, ...entries.map(({ name }) => name)];
    return names.flatMap((name) => sectionsNamed(configs['extensions.conf'], name).map(({ file, line }) => `${file}:${line}: the context [${name}] is Doorman's. Remove or rename it.`));
}
/** Where calls go on as before, and come back from there, as the admin has sent them to Doorman by hand. */
function loops({ configs }, entries) {
    const sections = entries.flatMap(({ before }) => sectionsNamed(configs['extensions.conf'], before));
    return sections.flatMap(({ name, options }) => options
        .filter(({ value }) => /\bGoto(If)?\(.*\bdoorman,/.test(value))
        .map(({ file, line }) => `${file}:${line}: [${name}] sends calls to Doorman already. Remove this line.`));
}
/** Why this user cannot make the changes of a plan; undefined if it can. */
export function unwritable({ folders, changes }, self) {
    const canWrite = (path) => {
        if (!existsSync(path))
            return canWrite(dirname(path));
        try {
            accessSync(path, constants.W_OK);
            return true;
        }
        catch {
            return false;
        }
    };
    const isOwn = ({ uid, gid }) => self.uid === 0 || (uid === self.uid && gid === self.gid);
    const all = [
        ...folders.filter(({ path }) => !existsSync(path)),
        ...changes.map(({ path, after }) => ({ path, uid: after.uid, gid: after.gid })),
    ];
    const first = all.find(({ path, ...owner }) => !canWrite(dirname(path)) || !isOwn(owner));
    return first === undefined ? undefined : `Only root can write ${first.path}. Run this command as root.`;
}
/** Trunks that lead to an entry: without it, their calls would have nowhere to go. */
export function stillConnected(findings) {
    const entries = existingEntries(findings);
    return findings.endpoints.flatMap(({ name, context, where }) => {
        const entry = entries.find((one) => one.name === context);
        return entry === undefined
            ? []
            : [`${where ?? 'PJSIP'}: [${name}] has context = ${context}. Set it back to ${entry.before}.`];
    });
}
//# sourceMappingURL=prepare.js.map