import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readConfig, sectionOf } from '../asterisk/config-files.js';
import { GO_CONTEXT } from '../asterisk/dialplan/destination.js';
import { OTHERS, obstacle } from '../lib/file-access.js';
import { checkWith, fault, info, listed, ok, warning, } from './check.js';
/** The secret of every sample in asterisk-conf. */
export const SAMPLE_SECRET = 'CHANGE-ME';
const AS_ROOT = 'Run doctor as root on the machine of the PBX.';
/** A file of the configuration; undefined where there is none. */
async function configIn({ folder }, name) {
    return readConfig(folder, name).catch((error) => {
        if (error.code === 'ENOENT')
            return undefined;
        throw error;
    });
}
/** A check of Asterisk's files; what this user may not read is good to know, and no more. */
function fileCheck(name, run) {
    return checkWith(['pbxFiles'], name, AS_ROOT, ({ pbxFiles }) => run(pbxFiles).catch((error) => {
        if (error.code !== 'EACCES')
            throw error;
        return info(`This user may not read ${error.path ?? 'a file of it'}, so it was not checked.`, AS_ROOT);
    }));
}
const at = ({ file, line }) => `${file}:${line}`;
/** What a second [general] does (16.28, 22.10); a [general](+) before the first makes Asterisk refuse the file. */
const SECOND_GENERAL = {
    'http.conf': (where) => warning(`${where}: Asterisk ignores this second [general].`, ADD),
    'ari.conf': (where) => fault(`${where}: this second [general] stops ARI at the next restart.`, ADD),
    'manager.conf': (where) => warning(`${where}: Asterisk ignores this second [general].`, ADD),
};
const ADD = 'Write  [general](+)  there, which adds to the first.';
export const SECTIONS = fileCheck('sections', async (pbxFiles) => {
    const found = await Promise.all(Object.entries(SECOND_GENERAL).map(async ([name, second]) => {
        const { lines = [] } = (await configIn(pbxFiles, name)) ?? {};
        const general = lines.filter((line) => sectionOf(line)?.name === 'general');
        const isAdded = (line) => sectionOf(line)?.options.includes('+');
        const [first, ...others] = general;
        if (first !== undefined && isAdded(first)) {
            const says = `${at(first)}: [general](+) before any [general]: Asterisk refuses ${name} at the next restart.`;
            return fault(says, 'Write  [general]  there.');
        }
        return others.filter((line) => !isAdded(line)).map((line) => second(at(line)));
    }));
    const results = found.flat();
    return results.length > 0 ? results : ok('http.conf, ari.conf and manager.conf have one [general] each.');
});
const INCLUDE = 'Put  #tryinclude "extensions_doorman.conf"  into extensions.conf.';
const WRITE = 'doorman dialplan --write FILE  gives a new file the owner and mode that Asterisk can read.';
/** The file of the generated contexts, as Asterisk sees it at its next start. */
export const DIALPLAN_FILE = fileCheck('dialplan file', async (pbxFiles) => {
    const config = await configIn(pbxFiles, 'extensions.conf');
    if (config === undefined)
        return info(`${pbxFiles.folder} has no extensions.conf, so it was not checked.`);
    const { lines, inclusions } = config;
    const fatal = inclusions.filter(({ isTry, unread }) => !isTry && unread !== undefined);
    const found = fatal.map((line) => fault(`${at(line)} includes what cannot be read: Asterisk starts without any dialplan. ${line.unread}.`, TRY));
    const { file } = lines.find((line) => sectionOf(line)?.name === GO_CONTEXT) ?? {};
    if (file === undefined) {
        const says = 'No file that extensions.conf includes has the generated contexts: after the next restart no call ';
        return [...found, fault(`${says}reaches Doorman.`, INCLUDE)];
    }
    const included = inclusions.find(({ target, isTry }) => target === file && !isTry);
    if (included !== undefined) {
        const says = `${at(included)}: by #include, Asterisk starts without any dialplan if it cannot read ${file}.`;
        found.push(warning(says, 'Write  #tryinclude  there.'));
    }
    const unreadable = pbxFiles.user && (await obstacle(file, pbxFiles.user));
    if (unreadable !== undefined) {
        const says = `Asterisk (user ${pbxFiles.user?.uid}) may not read ${unreadable}: after the next restart no call reaches Doorman.`;
        found.push(fault(says, unreadable === file ? `chmod o+r ${file}` : `chmod o+x ${unreadable}`));
    }
    return found.length > 0 ? found : ok(`${file} is included, and Asterisk can read it.`);
});
const TRY = `Make it readable for Asterisk's user, or write  #tryinclude  there. ${WRITE}`;
/** A line of ari.conf or manager.conf that holds a password. */
const PASSWORD = /^(password|secret)\s*=>?\s*(?!CHANGE-ME$)\S/i;
export const PASSWORD_FILES = {
    name: 'password files',
    remedy: AS_ROOT,
    async run({ pbxFiles, secretFiles }) {
        const files = [
            ...new Set([...secretFiles, ...(pbxFiles === undefined ? [] : await passwordsIn(pbxFiles))]),
        ];
        const open = [];
        for (const file of files) {
            // What this user may not even look at, others may not read.
            const found = await obstacle(file, OTHERS).catch(() => file);
            if (found === undefined)
                open.push(file);
        }
        if (open.length === 0)
            return ok('Other users cannot read the passwords.');
        const says = `Every user of this machine can read the passwords in ${listed(open)}.`;
        return warning(says, `chmod o-r ${open.join(' ')}`);
    },
};
async function passwordsIn(pbxFiles) {
    const files = ['ari.conf', 'manager.conf'];
    const configs = await Promise.all(files.map((name) => configIn(pbxFiles, name).catch(() => undefined)));
    return configs
        .flatMap((config) => config?.lines ?? [])
        .flatMap(({ text, file }) => (PASSWORD.test(text) ? [file] : []));
}
/**
 * Whom the program runs as that listens at a TCP port of this machine; undefined where that cannot be seen.
 * proc(5): each line of /proc/net/tcp has the local address, the state (0A: listening) and the user.
 */
export async function userListeningAt(port) {
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')));
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const socket = tables
        .flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)))
        .find(([, address, , state]) => address?.endsWith(local) && state === '0A');
    if (socket === undefined)
        return undefined;
    const uid = Number(socket[7]);
    const groups = await promisify(execFile)('id', ['-G', String(uid)]).catch(() => ({ stdout: '' }));
    return { uid, groups: groups.stdout.trim().split(' ').map(Number) };
}
//# sourceMappingURL=file-checks.js.map