import { join } from 'node:path';
import { isTrue, optionOf, sectionsNamed } from './asterisk-config.js';
import { entryLines } from './entries.js';
import { bytesOf, textOf } from './files.js';
import { ASTERISK_FILES, amiServer, general, httpServer, localAddress, OWN_FILES, } from './inspect.js';
import { withBlock } from './marked-block.js';
import { withSettings } from './settings-file.js';
export const NO_PLAN = { folders: [], changes: [] };
/** All that is to be written. Pure: the same input, but for the secrets, gives the same plan. */
export function planSetup(input) {
    const { findings, places, self, service, dialplan, startingFlows } = input;
    const ariPath = join(findings.folder, OWN_FILES.ari);
    const managerPath = join(findings.folder, OWN_FILES.manager);
    const settingsState = input.stateOf(places.settingsFile);
    const given = (name) => settingIn(settingsState, name);
    const users = { ari: freeUser(findings, 'ari.conf'), ami: freeUser(findings, 'manager.conf') };
    const admin = freeAdmin(findings);
    const secrets = {
        ari: secretIn(input, ariPath, 'password', 0) ?? given('DOORMAN_ARI_PASSWORD') ?? input.secret(),
        ami: secretIn(input, managerPath, 'secret', 0) ?? given('DOORMAN_AMI_SECRET') ?? input.secret(),
        admin: secretIn(input, managerPath, 'secret', 1) ??
            input.stateOf(places.adminSecretFile)?.content.toString('latin1').trim() ??
            input.secret(),
    };
    const forService = service === undefined ? self : { uid: self.uid, gid: service.gid };
    const modes = service === undefined ? { file: 0o600, folder: 0o700 } : { file: 0o640, folder: 0o750 };
    const forAsterisk = { uid: self.uid, gid: findings.runsAs.gid, mode: 0o640 };
    const change = (path, kind, why, text, owned) => {
        const before = input.stateOf(path);
        const content = bytesOf(text);
        if (before?.content.equals(content))
            return [];
        // Whoever made the file knows whose it is.
        return [{ path, kind, why, before, after: { ...owned, ...before, content } }];
    };
    const settings = settingLines(input, users, admin, secrets);
    return {
        folders: [
            { path: places.doorman, ...forService, mode: modes.folder },
            { path: places.flows, ...forService, mode: modes.folder },
            { path: places.data, ...(service ?? self), mode: modes.folder },
        ],
        changes: [
            ...(startingFlows === undefined
                ? []
                : change(join(places.flows, 'routing.yaml'), 'file', FLOWS_WHY, utf8(startingFlows), {
                    ...forService,
                    mode: modes.file,
                })),
            ...change(places.adminSecretFile, 'file', ADMIN_WHY, `${secrets.admin}\n`, { ...self, mode: 0o600 }),
            ...change(places.settingsFile, 'file', SETTINGS_WHY, withSettings(settingsState === undefined ? undefined : textOf(settingsState.content), settings), { ...forService, mode: modes.file }),
            ...change(ariPath, 'file', ARI_WHY, ariFile(users.ari, secrets.ari), forAsterisk),
            ...change(managerPath, 'file', AMI_WHY, managerFile(findings, users.ami, admin, secrets), forAsterisk),
            ...change(join(findings.folder, OWN_FILES.dialplan), 'generated', DIALPLAN_WHY, utf8(dialplan.text), forAsterisk),
            ...ASTERISK_FILES.flatMap((file) => {
                const { name, state } = findings.targets[file];
                const [why, lines] = BLOCKS[file](input);
                const text = withBlock(state === undefined ? '' : textOf(state.content), lines);
                if (state === undefined && lines.length === 0)
                    return [];
                return change(join(findings.folder, name), 'block', why, text, forAsterisk);
            }),
        ],
    };
}
const FLOWS_WHY = 'the rules to start with: every call goes on as before';
const SETTINGS_WHY = 'where the PBX is, and the passwords for it';
const ADMIN_WHY = 'for root alone: "doorman dialplan --write" and "doorman doctor" use it';
const ARI_WHY = "Doorman's user for ARI";
const AMI_WHY = "Doorman's users for AMI";
const DIALPLAN_WHY = 'the contexts doorman, doorman-go and doorman-fallback, generated';
/** The reason for the block of each file, and its lines; no lines where the file is right as it is. */
const BLOCKS = {
    'http.conf': ({ findings }) => {
        const server = httpServer(findings);
        return ['ARI is served by the HTTP server', server.isOn ? [] : switchOn(findings, 'http.conf', server)];
    },
    'ari.conf': ({ findings }) => {
        const section = general(findings.configs['ari.conf']);
        // On without the option, too; the section has to be there.
        const isOn = section !== undefined && isTrue(optionOf(section, 'enabled') ?? 'yes');
        const on = isOn ? [] : [generalHead(findings, 'ari.conf'), 'enabled = yes'];
        return ["pulls in Doorman's user", [...on, tryInclude(OWN_FILES.ari)]];
    },
    'manager.conf': ({ findings }) => {
        const server = amiServer(findings);
        const on = server.isOn ? [] : switchOn(findings, 'manager.conf', server);
        return ["pulls in Doorman's users", [...on, tryInclude(OWN_FILES.manager)]];
    },
    'extensions.conf': ({ findings, entries }) => {
        const isIncluded = findings.configs['extensions.conf'].includes.some(({ name }) => name === OWN_FILES.dialplan);
        const include = isIncluded ? [] : [tryInclude(OWN_FILES.dialplan)];
        return [
            'pulls in the generated contexts, and the way to them',
            [...include, ...entries.flatMap(entryLines)],
        ];
    },
};
/** With #include, Asterisk would lose the whole file if it could not read this one. */
const tryInclude = (name) => `#tryinclude "${name}"`;
/** An addition without a plain section before it, and a second plain section, both break a file. */
function generalHead({ configs }, file) {
    return general(configs[file]) === undefined ? '[general]' : '[general](+)';
}
/** A server that is off listens nowhere: it comes up for this machine alone, whatever address stood there unused. */
function switchOn(findings, file, { address }) {
    const isLocal = address !== undefined && /^(127\.|::1$|\[::1\]$|localhost$)/.test(address);
    return [
        '; It was off. Only this machine can reach it now.',
        generalHead(findings, file),
        'enabled = yes',
        ...(isLocal ? [] : ['bindaddr = 127.0.0.1']),
    ];
}
/** `doorman`, unless the admin has a user of that name: a second one would be fatal in ari.conf (22.10). */
function freeUser({ configs }, file, wanted = 'doorman') {
    const isTaken = (name) => sectionsNamed(configs[file], name).length > 0;
    if (!isTaken(wanted))
        return wanted;
    for (let at = 2;; at++)
        if (!isTaken(`${wanted}-${at}`))
            return `${wanted}-${at}`;
}
const freeAdmin = (findings) => freeUser(findings, 'manager.conf', 'doorman-admin');
/** The secret of the n-th user in a file that an earlier run has written. */
function secretIn({ stateOf }, path, option, at) {
    const state = stateOf(path);
    const lines = state === undefined ? [] : textOf(state.content).matchAll(new RegExp(`^${option} = (\\w+)`, 'gm'));
    return [...lines][at]?.[1];
}
function settingIn(state, name) {
    if (state === undefined)
        return undefined;
    return new RegExp(`^${name}=(\\w+)\\r?$`, 'm').exec(textOf(state.content))?.[1];
}
function ariFile(user, password) {
    return [
        '; Written by "doorman setup": Doorman receives and continues calls over ARI.',
        `[${user}]`,
        'type = user',
        '; Continuing a call is a POST.',
        'read_only = no',
        `password = ${password}`,
        '',
    ].join('\n');
}
function managerFile(findings, user, admin, secrets) {
    const section = general(findings.configs['manager.conf']);
    const server = amiServer(findings);
    // A server that listens on one address gets our connection from that address.
    const local = localAddress(server).replace(/[[\]]/g, '');
    const mask = local.includes(':') ? '/128' : '/255.255.255.255';
    const common = [
        '; Only this machine, whatever bindaddr is; without the second deny any IPv6 address.',
        ...['deny = 0.0.0.0/0.0.0.0', 'deny = ::/0', 'permit = 127.0.0.1/255.255.255.255'],
        ...(local === '127.0.0.1' ? [] : [`permit = ${local}${mask}`]),
        // "doorman doctor" logs in beside "doorman run".
        ...(/^(no|false|n|f|0|off)$/i.test(optionOf(section, 'allowmultiplelogin') ?? '')
            ? ['allowmultiplelogin = yes']
            : []),
        ...['read =', 'displayconnects = no'],
    ];
    return [
        '; Written by "doorman setup".',
        `[${user}]`,
        '; For "doorman run": Setvar and Getvar. The class also permits Redirect, Hangup,',
        '; Bridge, Park and BlindTransfer: keep the secret like a password.',
        ...[`secret = ${secrets.ami}`, ...common, 'write = call'],
        '',
        `[${admin}]`,
        '; For root at the command line: Reload, ShowDialPlan and GetConfig. "doorman run"',
        '; never uses it.',
        ...[`secret = ${secrets.admin}`, ...common, 'write = config'],
        '',
    ].join('\n');
}
function settingLines({ findings, places }, users, admin, secrets) {
    const http = httpServer(findings);
    const ami = amiServer(findings);
    return [
        { name: 'DOORMAN_FLOWS', value: places.flows },
        { name: 'DOORMAN_DATA', value: places.data },
        { name: 'DOORMAN_ARI_URL', value: `http://${inUrl(localAddress(http))}:${http.port}` },
        { name: 'DOORMAN_ARI_USERNAME', value: users.ari },
        { name: 'DOORMAN_ARI_PASSWORD', value: secrets.ari },
        { name: 'DOORMAN_AMI_HOST', value: localAddress(ami).replace(/[[\]]/g, '') },
        { name: 'DOORMAN_AMI_PORT', value: String(ami.port) },
        { name: 'DOORMAN_AMI_USERNAME', value: users.ami },
        { name: 'DOORMAN_AMI_SECRET', value: secrets.ami },
        { name: 'DOORMAN_AMI_ADMIN_USERNAME', value: admin },
        { name: 'DOORMAN_AMI_ADMIN_SECRET_FILE', value: places.adminSecretFile },
    ];
}
const inUrl = (address) => address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
/** Texts of our own as the bytes that `bytesOf` makes of them. */
function utf8(text) {
    return Buffer.from(text, 'utf8').toString('latin1');
}
//# sourceMappingURL=plan.js.map