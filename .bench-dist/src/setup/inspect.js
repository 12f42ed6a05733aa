import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTrue, optionOf, readConfig, sectionsNamed } from './asterisk-config.js';
import { endpointNames, endpointShown, endpointsIn } from './endpoints.js';
import { configSource, stateOf } from './files.js';
import { BlockError } from './marked-block.js';
/** The files of Asterisk's that setup adds to. */
export const ASTERISK_FILES = ['http.conf', 'ari.conf', 'manager.conf', 'extensions.conf'];
/** FreePBX writes the files themselves; these are for an admin's additions, and FreePBX's own include them. */
const CUSTOM = {
    'http.conf': 'http_custom.conf',
    'ari.conf': 'ari_additional_custom.conf',
    'manager.conf': 'manager_custom.conf',
    'extensions.conf': 'extensions_custom.conf',
};
/** Files of setup's own, beside Asterisk's. */
export const OWN_FILES = {
    ari: 'ari_doorman.conf',
    manager: 'manager_doorman.conf',
    dialplan: 'extensions_doorman.conf',
};
/** Looks at the configuration in `folder`, and at its Asterisk if it runs. Changes nothing. */
export async function inspect(folder, console, forFreePbx) {
    const faults = [];
    const source = configSource(folder, Object.values(OWN_FILES));
    const read = (name) => orElse(faults, name, { sections: [], includes: [], faults: [] }, () => readConfig(name, source));
    const configs = {
        'http.conf': read('http.conf'),
        'ari.conf': read('ari.conf'),
        'manager.conf': read('manager.conf'),
        'extensions.conf': read('extensions.conf'),
    };
    const isFreePbx = forFreePbx || existsSync(join(folder, 'extensions_additional.conf'));
    const target = (file) => {
        const name = isFreePbx ? CUSTOM[file] : file;
        return { name, state: orElse(faults, name, undefined, () => stateOf(join(folder, name))) };
    };
    const targets = {
        'http.conf': target('http.conf'),
        'ari.conf': target('ari.conf'),
        'manager.conf': target('manager.conf'),
        'extensions.conf': target('extensions.conf'),
    };
    const modules = await console.command('module show');
    const isRunning = modules !== undefined;
    const inFiles = endpointsIn(read('pjsip.conf'), read('pjsip_wizard.conf'));
    return {
        ...{ folder, isRunning, isFreePbx, configs, targets },
        version: await console.version(),
        runsAs: runsAs(folder),
        endpoints: [...inFiles, ...(isRunning ? await otherEndpoints(console, inFiles) : [])],
        modules: modules === undefined ? undefined : runningModules(modules),
        faults: [...new Set([...faults, ...faultsOf(configs), ...(isFreePbx ? notIncluded(configs) : [])])],
    };
}
/** A file that cannot be read, or a block without an end, is a fault and no reason to look at nothing else. */
function orElse(faults, name, instead, work) {
    try {
        return work();
    }
    catch (error) {
        const { code, message } = error;
        if (code === undefined && !(error instanceof BlockError))
            throw error;
        const hint = code === 'EACCES' ? ' Run this command as root.' : '';
        faults.push(`${name}: ${message}.${hint}`);
        return instead;
    }
}
/** Faults that Asterisk itself mentions in its log at most, and that make it ignore the file. */
function faultsOf(configs) {
    const ignored = ASTERISK_FILES.flatMap((file) => configs[file].faults.map((fault) => `${fault} Asterisk ignores all of ${file} for it.`));
    const [first, second] = sectionsNamed(configs['ari.conf'], 'general');
    if (second !== undefined) {
        const where = `${second.file}:${second.line}`;
        ignored.push(`${where}: a second [general] (the first is at ${first?.file}:${first?.line}): Asterisk ignores all of ari.conf at its next start. Make one of the two.`);
    }
    const prefix = optionOf(general(configs['http.conf']), 'prefix');
    if (prefix)
        ignored.push(`http.conf: Doorman needs ARI at /ari, and prefix = ${prefix} moves it. Remove it.`);
    return ignored;
}
function notIncluded(configs) {
    return ASTERISK_FILES.filter((file) => !configs[file].includes.some(({ name }) => name === CUSTOM[file])).map((file) => `${file} does not include ${CUSTOM[file]}, as it does on FreePBX.`);
}
/** Of two, the one that Asterisk reads. */
export function general(config) {
    return sectionsNamed(config, 'general')[0];
}
const ANY_ADDRESS = new Set(['0.0.0.0', '::', '[::]']);
/** Asterisk's HTTP server; it does not listen without a bindaddr (16.28, 22.10). */
export function httpServer({ configs }) {
    const server = serverOf(general(configs['http.conf']), 'bindport', 8088);
    return { ...server, isOn: server.isOn && server.address !== undefined };
}
/** The manager interface; it listens on all addresses without a bindaddr. */
export function amiServer({ configs }) {
    return serverOf(general(configs['manager.conf']), 'port', 5038);
}
function serverOf(section, portOption, port) {
    return {
        isOn: isTrue(optionOf(section, 'enabled')),
        address: optionOf(section, 'bindaddr') || undefined,
        port: Number(optionOf(section, portOption) ?? port),
    };
}
/** The address at which a program on this machine reaches a server. */
export function localAddress({ isOn, address }) {
    return !isOn || address === undefined || ANY_ADDRESS.has(address) ? '127.0.0.1' : address;
}
function runningModules(answer) {
    const lines = answer.split('\n').filter((line) => !line.includes('Not Running'));
    return new Set(lines.flatMap((line) => /^(\S+\.so)\s.*\sRunning\b/.exec(line)?.[1] ?? []));
}
/** Those of a database, which no file has. Each is a command of its own, so the number is limited. */
const MOST_ASKED = 50;
async function otherEndpoints(console, known) {
    const names = endpointNames((await console.command('pjsip show endpoints')) ?? '');
    const others = names.filter((name) => !known.some((endpoint) => endpoint.name === name));
    const found = [];
    for (const name of others.slice(0, MOST_ASKED))
        found.push(endpointShown(name, (await console.command(`pjsip show endpoint ${name}`)) ?? ''));
    return found;
}
/** The user of the running process; else that of asterisk.conf; else whose the folder is. */
function runsAs(folder) {
    const config = readConfig('asterisk.conf', configSource(folder, []));
    const option = (section, key) => optionOf(sectionsNamed(config, section)[0], key);
    const runFolder = option('directories', 'astrundir') ?? '/var/run/asterisk';
    const pid = tried(() => readFileSync(join(runFolder, 'asterisk.pid'), 'utf8').trim());
    const running = pid === undefined ? undefined : tried(() => statSync(`/proc/${pid}`));
    if (running !== undefined)
        return running;
    const user = userNamed(option('options', 'runuser')) ?? statSync(folder);
    return { uid: user.uid, gid: groupNamed(option('options', 'rungroup')) ?? user.gid };
}
function tried(work) {
    try {
        return work();
    }
    catch {
        return undefined;
    }
}
/** From /etc/passwd; undefined if there is no such user. */
export function userNamed(name) {
    const entry = entryOf('/etc/passwd', name);
    return entry === undefined ? undefined : { uid: Number(entry[2]), gid: Number(entry[3]) };
}
/** From /etc/group. */
function groupNamed(name) {
    const entry = entryOf('/etc/group', name);
    return entry === undefined ? undefined : Number(entry[2]);
}
function entryOf(file, name) {
    const lines = tried(() => readFileSync(file, 'utf8').trim().split('\n')) ?? [];
    return lines.map((line) => line.split(':')).find(([first]) => first === name);
}
//# sourceMappingURL=inspect.js.map