import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, startGuarded, stopGroup } from '../support/child.js';
import { settingsFor } from '../support/doorman.js';
import { freePort } from '../support/free-ports.js';
import { ARI_APPLICATION, PASSAGE_APPLICATION } from './dialplan.js';
/** Only the system whose turn it is runs: an idle manager connection alone makes Asterisk do more for each call. */
export async function startController(system, fixture) {
    if (system === 'dialplan')
        return { pid: undefined, log: undefined, stop: async () => undefined };
    const log = join(fixture.asterisk.folder, `log/${system}-${Date.now()}.log`);
    return launch(await programOf(system, fixture), log);
}
async function programOf(system, fixture) {
    const { asterisk, agiPort } = fixture;
    const { url, username, password } = asterisk.ari;
    const ari = [url, username, password];
    const { host, port, username: user, secret } = asterisk.ami;
    const vips = String(fixture.vips);
    switch (system) {
        case 'ari_client':
            return peer('ari-client', [...ari, ARI_APPLICATION, vips]);
        case 'fastagi':
            return peer('fastagi', [String(agiPort), vips]);
        case 'passage':
            return peer('passage', [...ari, PASSAGE_APPLICATION]);
        case 'passage_ami':
            return peer('passage', [...ari, PASSAGE_APPLICATION, host, String(port), user, secret]);
        default:
            return doorman(system, fixture, await freePort('tcp'));
    }
}
function peer(name, args) {
    const command = [process.execPath, join(import.meta.dirname, `peers/${name}.js`), ...args];
    return { command, isReady: (log) => log.includes('ready') };
}
function doorman(system, fixture, controlPort) {
    return {
        command: [...fixture.doormanOf(system), 'run'],
        env: {
            ...settingsFor(fixture.asterisk),
            DOORMAN_FLOWS: fixture.flowsOf(system),
            DOORMAN_DATA: join(fixture.asterisk.folder, `data-${system}`),
            DOORMAN_CONTROL_PORT: String(controlPort),
        },
        isReady: () => fetch(`http://127.0.0.1:${controlPort}/ready`).then(({ ok }) => ok, () => false),
    };
}
const READY_MS = 20_000;
async function launch({ command, env = {}, isReady }, log) {
    const output = openSync(log, 'w');
    const child = startGuarded(command, {
        env: { PATH: process.env.PATH ?? '', ...env },
        stdio: ['ignore', output, output],
    });
    closeSync(output);
    const written = () => readFileSync(log, 'utf8');
    for (const start = Date.now(); !(await isReady(written())); await sleep(50)) {
        if (!hasEnded(child) && Date.now() - start < READY_MS)
            continue;
        await stopGroup(child, 5_000);
        throw new Error(`${command.slice(0, 2).join(' ')} did not get ready. Its log:\n${written().slice(-2_000)}`);
    }
    return { pid: child.pid, log, stop: () => stopGroup(child, 5_000) };
}
//# sourceMappingURL=controllers.js.map