import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AmiConnection } from './ami-connection.js';
import { ended, hasEnded, signalGroup, startGuarded, stopGroup } from './child.js';
import { writeInstance } from './instance.js';
const READY_MS = 30_000;
const STOP_MS = 3_000;
/** Starts a private Asterisk on the repository's own configuration; rejects with the tail of its log. */
export async function startAsterisk(install, options = {}) {
    const asterisk = new Asterisk(install, await writeInstance(install, options), options.leftovers);
    try {
        await asterisk.start();
    }
    catch (error) {
        await asterisk.stop();
        throw error;
    }
    return asterisk;
}
/** A private Asterisk that is running, with ports and passwords of its own. */
export class Asterisk {
    install;
    version;
    ports;
    ari;
    /** The AMI user with Doorman's own, few rights. */
    ami;
    /** The tests' own users: their AMI user sees dialplan steps and variables, and may run commands. */
    observer;
    softphone;
    folder;
    #folders;
    #child;
    constructor(install, { folder, ports, passwords }, leftovers = []) {
        this.install = install;
        const ami = { host: '127.0.0.1', port: ports.ami };
        this.version = install.version;
        this.ports = ports;
        this.folder = folder;
        this.#folders = keepFolders() ? leftovers : [folder, ...leftovers];
        this.ari = { url: `http://127.0.0.1:${ports.http}`, username: 'doorman', password: passwords.ari };
        this.ami = { ...ami, username: 'doorman', secret: passwords.ami };
        this.observer = {
            ami: { ...ami, username: 'observer', secret: passwords.observer },
            ari: { url: this.ari.url, username: 'observer', password: passwords.observer },
        };
        this.softphone = { username: '1001', password: passwords.phone };
    }
    /** Changes with `restart`. */
    get pid() {
        return this.#child?.pid ?? -1;
    }
    async start() {
        const output = openSync(join(this.folder, 'log/output.log'), 'a');
        const command = [...this.install.command, '-f', '-C', join(this.folder, 'etc/asterisk.conf')];
        const stdio = ['ignore', output, output];
        this.#child = startGuarded(command, { cwd: this.folder, stdio }, this.#folders);
        closeSync(output);
        await this.#ready();
    }
    /** SIGTERM, after 3 s SIGKILL; then the folders go, its own unless DOORMAN_LAB_KEEP=1. */
    async stop() {
        await this.#end();
        for (const folder of this.#folders)
            rmSync(folder, { recursive: true, force: true });
    }
    /** Stops and starts it in the same folder, on the same ports; resolves when it is ready again. */
    async restart() {
        await this.#end();
        await this.start();
    }
    /** As a power cut does: SIGKILL. The folder stays; `restart` brings it back, `stop` cleans up. */
    async kill9() {
        if (this.#child === undefined)
            return;
        signalGroup(this.#child, 'SIGKILL');
        await ended(this.#child, STOP_MS);
    }
    /** The last lines of its log. */
    logTail(lines = 40) {
        const files = ['log/output.log', 'log/messages.log']
            .map((name) => join(this.folder, name))
            .filter(existsSync);
        return files
            .flatMap((file) => readFileSync(file, 'latin1').trimEnd().split('\n').slice(-lines))
            .join('\n');
    }
    /** Runs a console command and returns what it printed. */
    async cli(command) {
        const ami = await AmiConnection.open(this.observer.ami);
        try {
            const answer = await ami.send({ Action: 'Command', Command: command });
            return answer.Output ?? answer.Message ?? '';
        }
        finally {
            ami.close();
        }
    }
    async #end() {
        if (this.#child !== undefined)
            await stopGroup(this.#child, STOP_MS);
    }
    /** Ready is when ARI answers with the tests' password (before that: refused, then 503) and PJSIP listens on our port. */
    async #ready() {
        const deadline = Date.now() + READY_MS;
        while (!(await this.#ariAnswers())) {
            if (this.#child !== undefined && hasEnded(this.#child))
                throw this.#failure('ended while it was starting');
            if (Date.now() > deadline)
                throw this.#failure(`did not answer on ARI within ${READY_MS / 1_000} s`);
            await sleep(25);
        }
        const transports = await this.cli('pjsip show transports');
        if (!transports.includes(`127.0.0.1:${this.ports.sip}`))
            throw this.#failure(`has no SIP port:\n${transports}`);
    }
    async #ariAnswers() {
        const { username, password } = this.observer.ari;
        const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
        try {
            const signal = AbortSignal.timeout(2_000);
            const answer = await fetch(`${this.ari.url}/ari/asterisk/info`, { headers: { authorization }, signal });
            await answer.arrayBuffer();
            return answer.status === 200;
        }
        catch {
            return false;
        }
    }
    #failure(what) {
        return new Error(`Asterisk ${this.version} in ${this.folder} ${what}. The end of its log:\n${this.logTail()}`);
    }
}
function keepFolders() {
    return process.env.DOORMAN_LAB_KEEP === '1';
}
//# sourceMappingURL=asterisk.js.map