import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modulesConf } from './asterisk-modules.js';
import { freePort } from './free-ports.js';
import { repositoryFolder } from './lab-folder.js';
/** Debian's sounds are in a folder of the voice's name; the link `en` to it is made by a script that we don't run. */
const VOICE = 'en_US_f_Allison';
const FOLDERS = ['etc', 'lib', 'db', 'spool', 'run', 'log/cdr-csv', 'cache', 'data/sounds', 'keys'];
/** Chooses ports and passwords and writes the folder. Nothing in it is shared with another instance. */
export async function writeInstance(install, options) {
    const folder = makeFolder(tmpdir());
    const [sip, http, ami] = [await freePort('udp'), await freePort('tcp'), await freePort('tcp')];
    const passwords = { ari: secret(), ami: secret(), observer: secret(), phone: secret() };
    const instance = { folder, ports: { sip, http, ami }, passwords };
    linkData(install, join(folder, 'data'));
    const files = configuration(install, instance, options);
    for (const [name, text] of Object.entries(files))
        writeFileSync(join(folder, 'etc', name), text, { mode: 0o600 });
    return instance;
}
/** Asterisk's control socket has to fit into 108 bytes (unix(7)); anything longer is cut and fails oddly. */
function makeFolder(parent) {
    const fits = join(parent, 'doorman-XXXXXX', 'run', 'asterisk.ctl').length < 100;
    const folder = mkdtempSync(join(fits ? parent : '/tmp', 'doorman-'));
    for (const name of FOLDERS)
        mkdirSync(join(folder, name), { recursive: true });
    return folder;
}
/** ARI answers 404 on its own description without rest-api; playback finds its sounds by the language's name. */
function linkData(install, data) {
    for (const name of readdirSync(install.data)) {
        if (name !== 'sounds')
            symlinkSync(join(install.data, name), join(data, name));
    }
    const sounds = join(install.data, 'sounds');
    const names = readdirSync(sounds);
    if (names.includes('en'))
        symlinkSync(join(sounds, 'en'), join(data, 'sounds/en'));
    else if (names.includes(VOICE))
        symlinkSync(join(sounds, VOICE), join(data, 'sounds/en'));
}
/** File name → text. The repository's own files come first, what makes them private comes after and wins. */
function configuration(install, instance, options) {
    const conf = join(repositoryFolder(), 'asterisk-conf');
    const own = ownFiles(install, instance, options.isQuiet ?? false);
    if (options.configuration !== undefined)
        return { ...own, ...options.configuration(instance) };
    const files = { ...own, ...overridden(instance, conf) };
    const sample = options.isDialplanAlone
        ? ''
        : `#include "${join(conf, 'extensions.conf')}"
`;
    files['extensions.conf'] = `${sample}${options.extraDialplan ?? ''}
`;
    files['extensions_doorman.conf'] = options.generatedDialplan ?? '; nothing generated for this instance\n';
    for (const [name, text] of Object.entries(options.overrides ?? {}))
        files[name] = `${files[name] ?? ''}\n${text}\n`;
    return files;
}
/** A section marked (+) adds to the one of the included file; of two values of one key the later one counts. */
function overridden(instance, conf) {
    const { ports, passwords } = instance;
    const loopback = 'bindaddr = 127.0.0.1';
    const sections = {
        'ari.conf': [
            ...['[doorman](+)', `password = ${passwords.ari}`],
            ...['[observer]', 'type = user', 'password_format = plain', `password = ${passwords.observer}`],
        ],
        'http.conf': ['[general](+)', 'enabled = yes', loopback, `bindport = ${ports.http}`, 'tlsenable = no'],
        'manager.conf': [
            ...['[general](+)', 'enabled = yes', loopback, `port = ${ports.ami}`, 'tlsenable = no'],
            ...['[doorman](+)', `secret = ${passwords.ami}`],
            ...['[observer]', `secret = ${passwords.observer}`, 'read = dialplan,call,user'],
            'write = call,command,reporting,system,originate',
        ],
        'pjsip.conf': [
            ...['[transport-udp](+)', `bind = 127.0.0.1:${ports.sip}`],
            ...['[1001-auth](+)', `password = ${passwords.phone}`],
        ],
    };
    const text = (name, lines) => [`#include "${join(conf, name)}"`, ...lines, ''].join('\n');
    return Object.fromEntries(Object.entries(sections).map(([name, lines]) => [name, text(name, lines)]));
}
/** The files that only the lab needs. Empty ones keep Asterisk from complaining that they are missing. */
function ownFiles(install, instance, isQuiet) {
    return {
        'asterisk.conf': asteriskConf(install, instance.folder, isQuiet),
        'modules.conf': modulesConf(install.modules),
        // Asterisk throws lines away when more than these wait to be written, 1,000 by default.
        'logger.conf': '[general]\nlogger_queue_limit = 200000\n[logfiles]\nmessages.log = notice,warning,error,verbose\n',
        'rtp.conf': '[general]\nrtpstart = 30000\nrtpend = 32766\n',
        'cdr.conf': '[general]\nenable = yes\n[csv]\nusegmtime = yes\nloguniqueid = yes\n',
        ...Object.fromEntries(EMPTY.map((name) => [name, ''])),
    };
}
const EMPTY = ['acl', 'ccss', 'cdr_manager', 'cel', 'cli', 'cli_permissions', 'codecs', 'dnsmgr']
    .concat(['enum', 'features', 'indications', 'pjproject', 'sorcery', 'stasis', 'stir_shaken', 'udptl'])
    .concat(['extconfig', 'prometheus', 'res_curl', 'websocket_client', 'dsp'])
    .map((name) => `${name}.conf`);
function asteriskConf(install, folder, isQuiet) {
    const own = (name) => join(folder, name);
    return [
        // Debian's own file marks this section as a template (!), which makes Asterisk ignore it.
        '[directories]',
        ...[`astetcdir = ${own('etc')}`, `astmoddir = ${install.modules}`, `astvarlibdir = ${own('lib')}`],
        ...[`astdbdir = ${own('db')}`, `astkeydir = ${folder}`, `astdatadir = ${own('data')}`],
        ...[`astagidir = ${own('lib')}`, `astspooldir = ${own('spool')}`, `astrundir = ${own('run')}`],
        ...[`astlogdir = ${own('log')}`, `astcachedir = ${own('cache')}`, `astsbindir = ${own('lib')}`],
        ...['[options]', `verbose = ${isQuiet ? 0 : 3}`, 'nocolor = yes', 'defaultlanguage = en', ''],
    ].join('\n');
}
/** Letters and digits only: safe in every file and URL. */
function secret() {
    return randomBytes(12).toString('hex');
}
//# sourceMappingURL=instance.js.map