import { readRunningDialplan } from '../asterisk/ami/dialplan.js';
import { withAmi } from '../asterisk/ami/session.js';
import { adminAccess, amiAccess, ariAccess } from '../settings/index.js';
import { AMI, AMI_ADMIN, AMI_RIGHTS, HTTP_SESSIONS, TIME_ZONE, variable, WEBSOCKET_TIMEOUT, } from './ami-checks.js';
import { ARI, ARI_RIGHTS, CLOCK, connectAri, MODULES, VERSION } from './ari-checks.js';
import { fault, listed, ok, sentence, warning, } from './check.js';
import { ENTRY_CONTEXTS, FLOW_CONTEXTS, TRUNKS } from './dialplan-checks.js';
import { DIALPLAN_FILE, PASSWORD_FILES, SAMPLE_SECRET, SECTIONS, userListeningAt } from './file-checks.js';
import { INSTANCE, RETENTION } from './instance-checks.js';
import { ENDPOINTS, ENTRIES, LOOPS } from './path-checks.js';
const SETTINGS = {
    name: 'settings',
    remedy: '',
    async run({ settings }) {
        const found = [];
        const secrets = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET', 'DOORMAN_AMI_ADMIN_SECRET'];
        const samples = secrets.filter((name) => settings[name] === SAMPLE_SECRET);
        if (samples.length > 0) {
            const says = `${listed(samples)}: still the secret of the sample files, which is public.`;
            found.push(warning(says, 'Make one of your own (openssl rand -hex 24), here and on the PBX.'));
        }
        const { DOORMAN_ARI_URL: url, DOORMAN_AMI_HOST: host } = settings;
        if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
            const says = `ARI is at ${url}: its password goes over the network in the clear.`;
            found.push(warning(says, 'Put TLS in front (https:// in DOORMAN_ARI_URL), or use a tunnel.'));
        }
        if (!isLoopback(host)) {
            const says = `AMI is at ${host}: its secret goes over the network in the clear.`;
            found.push(warning(says, 'Run Doorman on the machine of the PBX, or use a tunnel.'));
        }
        return found.length > 0 ? found : ok('All settings can be used.');
    },
};
function isLoopback(host) {
    return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\./.test(host);
}
const FLOW_FILES = {
    name: 'flow files',
    remedy: '',
    async run({ settings, flows }) {
        const folder = settings.DOORMAN_FLOWS;
        if (flows instanceof Error) {
            const problems = flows.message.split('\n');
            const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
            const says = `${folder}: ${count}. ${sentence(problems[0] ?? '')}`;
            return fault(says, 'Run  doorman check  and correct what it names.');
        }
        const { size } = flows.revision.routing.flows;
        return ok(`${folder}: revision ${flows.revision.id}, ${size === 1 ? '1 flow' : `${size} flows`}.`);
    },
};
/** In the order of the report. */
export const CHECKS = [
    ...[SETTINGS, FLOW_FILES, INSTANCE, ARI, ARI_RIGHTS, VERSION, MODULES, AMI, AMI_RIGHTS, AMI_ADMIN],
    ...[SECTIONS, DIALPLAN_FILE, PASSWORD_FILES, HTTP_SESSIONS, WEBSOCKET_TIMEOUT, ENTRY_CONTEXTS, ENDPOINTS],
    ...[ENTRIES, FLOW_CONTEXTS, LOOPS, TRUNKS, CLOCK, TIME_ZONE, RETENTION],
];
/** Connects to the PBX and runs all checks; changes nothing on it, and never rejects. */
export async function examine(known) {
    const { settings } = known;
    const ari = await connectAri(ariAccess(settings)).catch((error) => error);
    const access = adminAccess(settings);
    const checked = async (ami) => {
        const pbxFiles = await filesOf(settings, ami);
        const withAdmin = async (admin) => {
            const dialplan = admin === undefined || admin instanceof Error
                ? undefined
                : await readRunningDialplan(admin).catch(() => undefined);
            return diagnose({ ...known, ari, ami, admin, dialplan, pbxFiles });
        };
        return access === undefined ? withAdmin(undefined) : withAmi(access, withAdmin).catch(withAdmin);
    };
    return withAmi(amiAccess(settings), checked).catch(checked);
}
const USUAL_FOLDER = '/etc/asterisk';
/** Asterisk tells its own folder by a global variable (16.28, 22.10). */
async function filesOf(settings, ami) {
    const { hostname, port, protocol } = new URL(settings.DOORMAN_ARI_URL);
    if (!isLoopback(hostname))
        return undefined;
    const told = ami instanceof Error ? '' : await variable(ami, 'ASTETCDIR').catch(() => '');
    const user = await userListeningAt(Number(port) || (protocol === 'https:' ? 443 : 80));
    return { folder: told === '' ? USUAL_FOLDER : told, user };
}
/** Runs all checks. A check that fails itself is a warning. */
export async function diagnose(subject) {
    const findings = await Promise.all(CHECKS.map(async ({ name, remedy, run }) => {
        const results = await run(subject).catch((error) => warning(`This could not be checked: ${sentence(error.message)}`, remedy));
        return [results].flat().map((result) => ({ check: name, ...result }));
    }));
    return findings.flat();
}
//# sourceMappingURL=diagnose.js.map