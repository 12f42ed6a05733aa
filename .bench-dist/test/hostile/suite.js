import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placed, rawCall, userAgent } from '../support/calls.js';
import { isAlive } from '../support/child.js';
import { repositoryFolder } from '../support/lab-folder.js';
/** What a PBX and its Doorman are after some hostile messages. */
export const UNHARMED = {
    /** Channels that are still there though their time is over, in Asterisk's own words. */
    stuck: '0 active channels',
    /** SIP status of a good call that came next; its flow alone answers so. */
    goodCall: 486,
    goodFlow: 'vip',
    asteriskIsSame: true,
    doormanIsAlive: true,
    /** Names of files that a payload made. */
    traces: [],
    /** What was no JSON object on a line of Doorman's log, and lines that tell of a defect. */
    brokenLines: [],
};
/** Two seconds are the dialplan's limit; the rest is for Asterisk to clear up on a busy machine. */
const CLEAR_MS = 8_000;
const GOOD = {
    ...{ from: '<sip:+15551234567@carrier.example>', to: '1000' },
    headers: ['X-VIP: gold', 'X-Note: good'],
};
/** Two callers, at the addresses of a trusted trunk and of an untrusted one, and a look at what they did. */
export class HostileSuite {
    asterisk;
    doorman;
    mark;
    trusted;
    untrusted;
    #pid;
    constructor(asterisk, doorman, mark, trusted, untrusted) {
        this.asterisk = asterisk;
        this.doorman = doorman;
        this.mark = mark;
        this.trusted = trusted;
        this.untrusted = untrusted;
        this.#pid = asterisk.pid;
    }
    static async open(asterisk, doorman, mark) {
        const agents = ['carrier-a', 'carrier-b'].map((trunk) => userAgent(asterisk, trunk));
        const [trusted, untrusted] = (await Promise.all(agents));
        return new HostileSuite(asterisk, doorman, mark, trusted, untrusted);
    }
    close() {
        this.trusted.close();
        this.untrusted.close();
    }
    /** Places a call from the trusted trunk; the SIP status, and the name of the flow by its record. */
    async call(invite) {
        const { callId, status } = await placed(rawCall(this.trusted, invite), { patience_ms: 4_000 });
        const record = await this.doorman.record(callId, 2_000).catch(() => undefined);
        return { status, flow: record?.flow ?? 'none' };
    }
    async aftermath() {
        const stuck = await this.#channels();
        const { status, flow } = await this.call(GOOD);
        return {
            ...{ stuck, goodCall: status, goodFlow: flow },
            asteriskIsSame: this.asterisk.pid === this.#pid && isAlive(this.#pid),
            doormanIsAlive: isAlive(this.doorman.pid),
            traces: tracesOf(this.mark, {
                deep: [this.asterisk.folder],
                flat: [tmpdir(), '/tmp', '/', repositoryFolder(), dirname(repositoryFolder())],
            }),
            brokenLines: this.#brokenLines(),
        };
    }
    async #channels() {
        const deadline = Date.now() + CLEAR_MS;
        for (;;) {
            const shown = await this.asterisk.cli('core show channels count');
            const count = /^(\d+ active channels?)/m.exec(shown)?.[1] ?? shown;
            if (count === UNHARMED.stuck || Date.now() > deadline)
                return count;
            await sleep(50);
        }
    }
    #brokenLines() {
        const { lines, noise } = this.doorman;
        const odd = lines.filter((line) => typeof line !== 'object' || line === null || Array.isArray(line) || line.event === 'defect');
        return [...(noise === '' ? [] : [noise]), ...odd.map((line) => JSON.stringify(line))];
    }
}
/**
 * Every file or folder whose name holds the mark: what a payload made, if one ever worked. `deep` are folders of our
 * own, `flat` those of the machine, into which a name with `../` may lead.
 */
export function tracesOf(mark, { deep, flat }) {
    const names = [...deep.flatMap((one) => namesIn(one, true)), ...flat.flatMap((one) => namesIn(one, false))];
    return names.filter((name) => name.includes(mark));
}
function namesIn(folder, isDeep) {
    try {
        return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
            const path = join(folder, entry.name);
            return isDeep && entry.isDirectory() ? [path, ...namesIn(path, true)] : [path];
        });
    }
    catch {
        // A folder without permission, or one that is gone by now.
        return [];
    }
}
/** Every message of RFC 4475, byte for byte. */
export function tortureMessages() {
    const folder = join(repositoryFolder(), 'test/hostile/rfc4475');
    const files = readdirSync(folder).filter((name) => name.endsWith('.dat'));
    return files.sort().map((name) => readFileSync(join(folder, name)));
}
//# sourceMappingURL=suite.js.map