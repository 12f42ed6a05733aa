import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { hostile } from '../hostile/mutate.js';
import { Random } from '../hostile/random.js';
import { HostileSuite, tortureMessages, UNHARMED } from '../hostile/suite.js';
import { payloads } from '../hostile/texts.js';
import { view } from '../support/doorman.js';
import { codeFlow, pbxFixture, RELEASES } from '../support/fixture.js';
/** `npm run hostile` sends the whole number; DOORMAN_HOSTILE_SEED gives other messages. */
const MESSAGES = process.env.DOORMAN_WHOLE_HOSTILE === '1' ? 5_000 : 300;
const SEED = Number(process.env.DOORMAN_HOSTILE_SEED ?? 4_475);
const BATCH = 100;
jest.setTimeout(MESSAGES * 100 + 30_000);
/** Asterisk 16 drops what comes faster, where messages have hundreds of headers; the point is what is in them. */
const PAUSE_MS = 12;
const ROUTING = `
default_country: US
callee_from: [Diversion]
trunks: { carrier-a: { trust: [caller_number, P-Asserted-Identity, X-VIP, X-Note, Diversion] } }
vip: { numbers: ["+15550009999"], headers: { X-VIP: [gold] } }
branches: { North: { numbers: ["+15557654321"], state: { city: "{callerName}" } } }
flows:
  vip: { context: story-vip }
  main: { context: story-main }
  kept: { context: story-main, extension: dialled }
  proof: { context: story-proof }
rules:
  - { name: Proof, when: { callee: "1" }, goto: proof }
  - { name: VIPs, when: { vip: true }, goto: vip, state: { note: "{header.X-Note}", who: "{callerName}" } }
  - { name: Account, when: { header: { X-Account: { matches: "^9" } } }, goto: kept }
  - { name: Code, when: { callee: ["2000", "+1555*"] }, run: note.ts }
  - { name: Kept, when: { callee: sales }, goto: kept }
otherwise: main
`;
/** Takes everything that the caller said onto the call and into the log. */
const NOTE = codeFlow('const entries = [...conv.sipHeaders.entries()].map(([name, value]) => [name, value.slice(0, 50)])', 'const all = Object.fromEntries(entries)', "conv.state.note = conv.sipHeaders.get('X-Note')?.slice(0, 500)", 'conv.state.name = conv.callerName.slice(0, 200)', 'conv.state.all = all', "conv.log.info('caller ' + conv.callerNumber + ' ' + conv.callerName, { all })", "conv.gotoFlow('main')");
/** Flows that use what is on the call in the ways that flows do, and refuse it with a status of their own. */
function flow(context, cause) {
    const used = [
        '${CONV_note}',
        '$["${CONV_note}" = "x"]',
        '${IF($["${CONV_name}"="x"]?1:0)}',
        '${CONV_city}${CONV_who}',
    ];
    const steps = used.map((expression) => ` same => n,NoOp(${expression})`);
    return [`[${context}]`, 'exten => _!,1,NoOp()', ...steps, ` same => n,Hangup(${cause})`, ''].join('\n');
}
const mark = `doorman-hostile-${randomBytes(6).toString('hex')}`;
/** Cause 17 is 486 Busy Here, 21 is 603 Decline. */
const DIALPLAN = [
    flow('story-vip', 17),
    flow('story-main', 21),
    // That SHELL() works in this dialplan: without it the story would prove nothing.
    '[story-proof]\nexten => s,1,NoOp(${SHELL(touch ${ASTDATADIR}/../proof)})\n same => n,Hangup(17)\n',
].join('\n');
describe.each(RELEASES)('hostile messages on Debian %s', (release) => {
    const settings = { DOORMAN_MASK_NUMBERS: release === 'forky' ? 'yes' : 'no' };
    const flows = { 'routing.yaml': ROUTING, 'note.ts': NOTE };
    const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN, settings, withObserver: false });
    let suite;
    beforeAll(async () => {
        suite = await HostileSuite.open(fixture.asterisk, fixture.doorman, mark);
    });
    afterAll(() => suite?.close());
    test('the dialplan of this story does evaluate what it writes itself', async () => {
        const { status } = await suite.call({ from: '<sip:1@carrier.example>', to: '1', headers: [] });
        expect(status).toBe(486);
        expect(existsSync(join(fixture.asterisk.folder, 'proof'))).toBe(true);
        expect(await suite.aftermath()).toEqual(UNHARMED);
    });
    test('a file that a payload made would be found', async () => {
        const file = join(fixture.asterisk.folder, 'log', `${mark}.txt`);
        writeFileSync(file, '');
        expect((await suite.aftermath()).traces).toEqual([file]);
        rmSync(file);
    });
    test('every message of RFC 4475 leaves everything as it was', async () => {
        const messages = tortureMessages();
        expect(messages.length).toBe(50);
        for (const message of messages) {
            suite.trusted.send(message);
            suite.untrusted.send(message);
            await sleep(PAUSE_MS);
        }
        expect(await suite.aftermath()).toEqual(UNHARMED);
    });
    test(`${MESSAGES} mutated INVITEs of seed ${SEED} leave everything as it was, batch by batch`, async () => {
        const random = new Random(SEED);
        const harm = payloads(fixture.asterisk.folder, mark);
        const before = fixture.doorman.records.length;
        for (let sent = 0; sent < MESSAGES; sent += BATCH) {
            for (let index = sent; index < sent + BATCH; index++) {
                const agent = index % 3 === 0 ? suite.untrusted : suite.trusted;
                agent.send(hostile(random, harm, `${mark}${index}`, agent.local));
                await sleep(PAUSE_MS);
            }
            const upTo = sent + BATCH;
            expect({ upTo, ...(await suite.aftermath()) }).toEqual({ upTo, ...UNHARMED });
        }
        // Not all of them get as far as Doorman; most of them do, or the story would be one of Asterisk's parser.
        const enough = before + MESSAGES / 3;
        await fixture.doorman.line('enough decisions', () => fixture.doorman.records.length > enough);
    });
    test('nobody became a VIP from a trunk that is not trusted, and each try was counted', async () => {
        const told = fixture.doorman.records.filter(({ trunk }) => trunk === 'carrier-b');
        expect(told.length).toBeGreaterThan(10);
        expect(told.filter(({ vip }) => vip !== false)).toEqual([]);
        const samples = (await view(fixture.asterisk, '/metrics')).text
            .split('\n')
            .filter((line) => line.startsWith('doorman_hearsay_refused_total{'));
        expect(samples.join('\n')).toContain('{trunk="other",what="X-VIP"}');
        const labels = /^doorman_hearsay_refused_total\{trunk="(other|carrier-a)",what="([A-Za-z_-]+)"\} \d+$/;
        const what = samples.map((sample) => labels.exec(sample)?.[2]);
        const known = ['X-VIP', 'X-Account', 'Diversion', 'P-Asserted-Identity', 'caller_number'];
        expect(what.filter((one) => one === undefined || !known.includes(one))).toEqual([]);
    });
    test('Doorman is alive and ready, and says so over HTTP', async () => {
        const [live, ready] = [await view(fixture.asterisk, '/live'), await view(fixture.asterisk, '/ready')];
        expect([live.status, ready.status]).toEqual([200, 200]);
        expect(JSON.parse(ready.text)).toMatchObject({ ready: true, ari: 'up', ami: 'up', stopping: false });
    });
    const isMasked = release === 'forky';
    test(isMasked ? 'no line has a number of a good call' : 'lines have numbers where none is masked', () => {
        const log = fixture.doorman.lines.map((line) => JSON.stringify(line)).join('\n');
        const inClear = [...log.matchAll(/.{0,40}5551234567/g)].map(([shown]) => shown).slice(0, 5);
        if (isMasked)
            expect(inClear).toEqual([]);
        else
            expect(inClear).not.toEqual([]);
    });
});
//# sourceMappingURL=hostile.test.js.map