import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Changes } from './changes.js';
import { ended, signalGroup, startGuarded, stopGroup } from './child.js';
import { repositoryFolder } from './lab-folder.js';
/** The settings that lead to a private Asterisk. */
export function settingsFor(asterisk) {
    return {
        DOORMAN_ARI_URL: asterisk.ari.url,
        DOORMAN_ARI_USERNAME: asterisk.ari.username,
        DOORMAN_ARI_PASSWORD: asterisk.ari.password,
        DOORMAN_AMI_HOST: asterisk.ami.host,
        DOORMAN_AMI_PORT: String(asterisk.ami.port),
        DOORMAN_AMI_USERNAME: asterisk.ami.username,
        DOORMAN_AMI_SECRET: asterisk.ami.secret,
        DOORMAN_SIP_TARGET: `127.0.0.1:${asterisk.ports.sip}`,
        DOORMAN_DATA: join(asterisk.folder, 'doorman-data'),
        DOORMAN_CONTROL_PORT: '0',
    };
}
/** The command line of the `doorman` that was compiled together with this file. */
export const DOORMAN = [process.execPath, join(import.meta.dirname, '../../src/cli/doorman.js')];
/**
 * Starts `doorman run` without waiting for anything.
 * @param through a command that runs the one behind it, for other surroundings than ours
 */
export function launchDoorman(settings, through = []) {
    const env = { PATH: process.env.PATH ?? '', TMPDIR: tmpdir(), ...settings };
    const child = startGuarded([...through, ...DOORMAN, 'run'], {
        env,
        cwd: repositoryFolder(),
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new RunningDoorman(child);
}
/** The dialplan as an admin gets it from `doorman dialplan`, or from another command line. */
export function generatedDialplan(flows, settings = {}, [node = '', ...args] = DOORMAN) {
    const env = { PATH: process.env.PATH ?? '', ...settings };
    return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' });
}
/** A Doorman that runs as its users run it: `doorman run` in a process of its own. */
export class RunningDoorman {
    child;
    /** Every line so far. */
    lines = [];
    /** What was no JSON line, stderr included. */
    noise = '';
    #rest = '';
    #changes = new Changes();
    constructor(child) {
        this.child = child;
        child.stdout?.setEncoding('utf8').on('data', (text) => this.#hear(text));
        child.stderr?.setEncoding('utf8').on('data', (text) => {
            this.noise += text;
        });
    }
    get pid() {
        return this.child.pid ?? -1;
    }
    /** Resolves with the first line, past or to come, for which `test` is true. */
    line(what, test, limitMs = 5_000) {
        const failure = () => `No line "${what}" within ${limitMs} ms. Its log so far:\n${this.#tail()}`;
        const look = (line) => (test(line) ? line : undefined);
        return this.#changes.first(this.lines, look, { ms: limitMs, failure });
    }
    /**
     * The first line with this event and these values.
     * @param from passes over so many lines from the beginning of the log
     */
    event(event, values = {}, { limitMs = 5_000, from = 0 } = {}) {
        const wanted = Object.entries({ event, ...values });
        const isIt = (line) => wanted.every(([key, value]) => line[key] === value) && this.lines.indexOf(line) >= from;
        return this.line(JSON.stringify({ event, ...values }), isIt, limitMs);
    }
    /** Resolves when ARI and AMI are connected; with `from`, again. */
    async connected({ limitMs = 20_000, from = 0 } = {}) {
        const both = ['ARI', 'AMI'].map((connection) => this.event('connection_up', { connection }, { limitMs, from }));
        await Promise.all(both);
    }
    /** The decision record of the call with this SIP Call-ID. */
    async record(sipCallId, limitMs = 5_000) {
        return (await this.event('decision', { sipCallId }, { limitMs }));
    }
    /** Its decision records so far. */
    get records() {
        return this.lines.filter(({ event }) => event === 'decision');
    }
    /** Those of one call, as soon as there are so many: a record is written after its call has left. */
    async decisions(sipCallId, count) {
        const records = () => this.records.filter((record) => record.sipCallId === sipCallId);
        await this.line(`${count} decisions`, () => records().length >= count);
        return records();
    }
    signal(signal) {
        signalGroup(this.child, signal);
    }
    /** SIGTERM; resolves with the exit code. */
    async stop() {
        await stopGroup(this.child, 5_000);
        return this.child.exitCode ?? undefined;
    }
    /** The exit code of one that was told to stop: while Node exits, a further signal would kill it. */
    async exit() {
        await ended(this.child, 5_000);
        return this.stop();
    }
    #hear(text) {
        const lines = (this.#rest + text).split('\n');
        this.#rest = lines.pop() ?? '';
        for (const line of lines)
            this.#keep(line);
    }
    #keep(text) {
        let line;
        try {
            line = JSON.parse(text);
        }
        catch {
            this.noise += `${text}\n`;
            return;
        }
        this.lines.push(line);
        this.#changes.changed(line);
    }
    #tail() {
        return [...this.lines.slice(-20).map((line) => JSON.stringify(line)), this.noise].join('\n');
    }
}
/** What the Doorman beside this Asterisk answers without a token. Rejects where nothing listens. */
export async function view(asterisk, path) {
    const file = join(asterisk.folder, 'doorman-data/control.json');
    const { url } = JSON.parse(readFileSync(file, 'utf8'));
    const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(2_000) });
    return { status: response.status, text: await response.text() };
}
//# sourceMappingURL=doorman.js.map