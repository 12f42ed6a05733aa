import { askVersion } from '../asterisk/ari/connection.js';
import { AriHttp } from '../asterisk/ari/http.js';
import { neededModules } from '../asterisk/modules.js';
import { ARI_SET_POISONS, hasFeature, parseVersion, REST_OVER_WEBSOCKET, STASIS_BROADCAST, } from '../asterisk/version.js';
import { knownProblems } from './advisories.js';
import { checkWith, fault, info, ok, sentence, warning, } from './check.js';
const TIMEOUT_MS = 5_000;
/** @throws Error with a sentence that says why ARI cannot be used and what to do. */
export async function connectAri(access) {
    const http = new AriHttp(access);
    const version = await askVersion(http, access.url).finally(() => http.stop());
    const credentials = Buffer.from(`${access.username}:${access.password}`).toString('base64');
    const ask = async (method, path) => {
        const response = await fetch(new URL(`/ari/${path}`, access.url), {
            method,
            headers: { authorization: `Basic ${credentials}` },
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const body = await response.json().catch(() => undefined);
        return { status: response.status, body, date: Date.parse(response.headers.get('date') ?? '') };
    };
    return { version, ask };
}
const ARI_REMEDY = 'Check ari.conf, http.conf and the DOORMAN_ARI_… settings. Checks that need ARI were skipped.';
async function list(ari, path) {
    const { status, body } = await ari.ask('GET', path);
    if (status !== 200)
        throw new Error(`ARI answered ${status}`);
    return body;
}
/** Names of the PJSIP endpoints that ARI lists, sorted. */
export async function pjsipEndpoints(ari) {
    const endpoints = await list(ari, 'endpoints');
    return endpoints
        .filter(({ technology }) => technology === 'PJSIP')
        .map(({ resource }) => resource)
        .sort();
}
export const ARI = {
    name: 'ARI',
    remedy: ARI_REMEDY,
    async run({ ari, settings }) {
        if (!(ari instanceof Error))
            return ok(`${settings.DOORMAN_ARI_URL} answers and accepts Doorman's user.`);
        // "… Check that …" has its remedy in it.
        const [says = '', remedy] = ari.message.split(/(?=\bCheck )/, 2);
        return fault(sentence(says), remedy ?? ARI_REMEDY);
    },
};
export const ARI_RIGHTS = checkWith(['ari'], 'ARI rights', ARI_REMEDY, async ({ ari }) => {
    // About a channel that does not exist, so that nothing changes.
    const { status } = await ari.ask('POST', 'channels/doorman-doctor-asks/continue');
    if (status === 404)
        return ok('The ARI user may continue calls.');
    if (status !== 403)
        return warning(`A request about a channel that does not exist got ${status}.`, ARI_REMEDY);
    const remedy = 'Set read_only = no for the user in ari.conf, then: module reload res_ari.so';
    return fault('The ARI user may only read: no call can be continued.', remedy);
});
const HEADERS = 'res_pjsip_header_funcs.so';
const BROADCAST = 'app_stasis_broadcast.so';
const MODULES_REMEDY = 'Check that res_ari_asterisk.so is loaded:  asterisk -rx "module show like res_ari"';
export const MODULES = checkWith(['ari'], 'modules', MODULES_REMEDY, async ({ ari, flows }) => {
    const needed = new Map(neededModules(flows instanceof Error ? '' : flows.dialplan.text));
    // The generated dialplan does without it where the version lacks it.
    if (!hasFeature(parseVersion(ari.version), STASIS_BROADCAST))
        needed.delete(BROADCAST);
    const modules = await list(ari, 'asterisk/modules');
    const running = new Set(modules.filter(({ status }) => status === 'Running').map(({ name }) => name));
    const missing = [...needed].filter(([name]) => !running.has(name));
    if (missing.length === 0)
        return ok(`All ${needed.size} that Doorman needs are running.`);
    return missing.map(([name, purpose]) => {
        const effect = name === HEADERS ? ' Calls are decided without their SIP headers.' : '';
        const remedy = `asterisk -rx "module load ${name}", and load = ${name} in modules.conf (no noload for it). If the file is ` +
            "missing, install the distribution's asterisk-modules, or choose it in menuselect.";
        return fault(`${name} is not running (${purpose}).${effect}`, remedy);
    });
});
/** Beyond this, times in Doorman's records and in the PBX's log cannot be compared. */
const CLOCK_TOLERANCE_S = 5;
export const CLOCK = checkWith(['ari'], 'clock', ARI_REMEDY, async ({ ari }) => {
    const now = Date.now();
    const { date } = await ari.ask('GET', 'asterisk/info');
    if (Number.isNaN(date))
        throw new Error('ARI sent no Date');
    // RFC 9110 §6.6.1: the time of the answer, cut to the second; half a second is added for that.
    const ahead_s = (date + 500 - now) / 1_000;
    if (Math.abs(ahead_s) <= CLOCK_TOLERANCE_S)
        return ok('The clocks of the PBX and of Doorman agree.');
    const says = `The clock of the PBX is ${Math.abs(Math.round(ahead_s))} s ${ahead_s > 0 ? 'ahead of' : 'behind'} Doorman's.`;
    return warning(says, 'Synchronize both machines by NTP (chrony or systemd-timesyncd).');
});
/** The oldest Asterisk on which the generated dialplan is tested. */
const OLDEST = 16;
export const VERSION = checkWith(['ari'], 'version', ARI_REMEDY, async ({ ari }) => [
    checkVersion(ari.version),
    ...checkSecurity(ari.version),
]);
/** A distribution mends problems in builds that keep the version, such as 22.10.0+dfsg-2. */
export function checkSecurity(text) {
    const problems = knownProblems(text);
    if (problems.length === 0)
        return [];
    const says = `Asterisk ${text} has known security problems: ${problems.join('; ')}.`;
    const remedy = 'Update Asterisk. https://github.com/asterisk/asterisk/security/advisories has the details.';
    const isOfDistribution = /[+~-]/.test(text);
    return isOfDistribution
        ? [info(`${says} Your distribution may have mended them in this build.`, remedy)]
        : [warning(says, remedy)];
}
export function checkVersion(text) {
    const version = parseVersion(text);
    if (version === undefined) {
        const says = `The PBX calls its version "${text}", which cannot be compared.`;
        return warning(says, `Doorman needs Asterisk ${OLDEST} or later; make sure that it is.`);
    }
    if (version[0] < OLDEST) {
        const remedy = `Use Asterisk ${OLDEST} or later, best a series that is still maintained.`;
        return fault(`Asterisk ${text} is too old for Doorman.`, remedy);
    }
    return ok(`Asterisk ${text}. ${abilities(version).join('. ')}.`);
}
function abilities(version) {
    const features = [
        ['REST over the event WebSocket', hasFeature(version, REST_OVER_WEBSOCKET)],
        ['StasisBroadcast', hasFeature(version, STASIS_BROADCAST)],
    ];
    const names = (wanted) => features.flatMap(([name, is]) => (is === wanted ? [name] : [])).join(', ');
    return [
        ...(names(true) === '' ? [] : [`It has: ${names(true)}`]),
        ...(names(false) === '' ? [] : [`It lacks: ${names(false)}; Doorman does without`]),
        hasFeature(version, ARI_SET_POISONS)
            ? 'A variable that is set over ARI makes it refuse DB(), SHELL() and the like for the rest of the call: Doorman ' +
                'sets its own over AMI, and no other program should use ARI for calls that come here'
            : 'Variables may be set over ARI without harm',
    ];
}
//# sourceMappingURL=ari-checks.js.map