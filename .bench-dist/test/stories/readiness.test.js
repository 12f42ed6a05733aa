import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { view } from '../support/doorman.js';
import { allShowing, flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js';
const FLOWS = { 'routing.yaml': 'flows: { main: { context: story-main } }\notherwise: main\n' };
describe('what Doorman tells of itself', () => {
    const fixture = pbxFixture('forky', { flows: FLOWS, dialplan: showing('story-main', 'x') });
    const told = async () => {
        const ready = await view(fixture.asterisk, '/ready');
        const { ari, ami, stopping } = JSON.parse(ready.text);
        const metrics = (await view(fixture.asterisk, '/metrics')).text;
        const up = [...metrics.matchAll(/^doorman_a[rm]i_up (\d)$/gm)].map(([, value]) => value);
        const live = (await view(fixture.asterisk, '/live')).status;
        return { live, ready: ready.status, ari, ami, stopping, up };
    };
    const becomes = async (state, limitMs) => {
        const deadline = Date.now() + limitMs;
        let seen = await told();
        while ((seen.ari !== state || seen.ami !== state) && Date.now() < deadline) {
            await sleep(100);
            seen = await told();
        }
        return seen;
    };
    test('is ready while both lines are up, and not while Asterisk is gone, alive all the same', async () => {
        const well = { live: 200, ready: 200, ari: 'up', ami: 'up', stopping: false, up: ['1', '1'] };
        expect(await told()).toEqual(well);
        await fixture.asterisk.kill9();
        expect(await becomes('down', 15_000)).toEqual({
            ...{ live: 200, ready: 503, ari: 'down', ami: 'down', stopping: false, up: ['0', '0'] },
        });
        await fixture.asterisk.restart();
        expect(await becomes('up', 30_000)).toEqual(well);
    }, 90_000);
    test('is not ready from the moment it is told to stop, while it still answers', async () => {
        fixture.doorman.signal('SIGTERM');
        const answers = [];
        // Until nobody listens there any more.
        for (;;) {
            const answer = await view(fixture.asterisk, '/ready').catch(() => undefined);
            if (answer === undefined)
                break;
            answers.push(answer);
        }
        const last = answers.at(-1);
        expect(last?.status).toBe(503);
        expect(JSON.parse(last?.text ?? '{}')).toMatchObject({ ready: false, stopping: true });
    });
});
describe('what Doorman says of a PBX that cannot read SIP headers', () => {
    const fixture = pbxFixture('forky', {
        ...{ flows: FLOWS, dialplan: showing('story-main', 'x') },
        overrides: { 'modules.conf': 'noload = res_pjsip_header_funcs.so' },
    });
    test('calls are decided without their headers: in the log and at /ready, which stays ready', async () => {
        const { level, message } = await fixture.doorman.event('headers_unavailable');
        expect([level, message]).toEqual(['error', expect.stringContaining('without their SIP headers')]);
        const { status, text } = await view(fixture.asterisk, '/ready');
        const problems = [expect.stringContaining('has not loaded res_pjsip_header_funcs.so')];
        expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ ready: true, problems })]);
    });
});
const ROUTING = `
trunks: { carrier-a: { trust: [X-VIP] } }
vip: { headers: { X-VIP: [gold] } }
flows: { ${flowsTo('main', 'other')} }
rules: [{ name: Main, when: { callee: "100" }, goto: main }]
otherwise: other
`;
const DIALPLAN = allShowing(['main', 'other'], 'x');
/** What an admin changes in ari.conf while Doorman runs, and what a part of the reason is. */
const REFUSALS = [
    ['may only read', 'read_only = yes', /403/],
    ['has another password', 'password = another', /401/],
];
describe.each(RELEASES)('an ARI user that changes while Doorman runs on Debian %s', (release) => {
    const fixture = pbxFixture(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN });
    const file = () => join(fixture.asterisk.folder, 'etc/ari.conf');
    const change = async (text) => {
        writeFileSync(file(), text);
        await fixture.asterisk.cli('module reload res_ari.so');
    };
    const called = () => fixture.call({ from: '+15559990000', to: '100', trunk: 'carrier-a' });
    test.each(REFUSALS)('and %s: each record says how its call left, and Doorman is not ready', async (_, line, why) => {
        const before = readFileSync(file(), 'utf8');
        const from = fixture.doorman.lines.length;
        await change(`${before}\n[doorman](+)\n${line}\n`);
        const seen = [await called(), await called()];
        const ready = await view(fixture.asterisk, '/ready');
        await change(before);
        const isRefused = seen.some(({ result }) => result.context === 'story-other');
        for (const { result, record } of seen) {
            expect([result.context, record.outcome === 'routed']).toEqual([
                ...[result.context, result.context === 'story-main'],
            ]);
        }
        // A WebSocket that is open keeps its rights; without requests over it, each of them is asked for its own.
        if (release === 'bullseye')
            expect(isRefused).toBe(true);
        if (isRefused) {
            expect([ready.status, ready.text]).toEqual([503, expect.stringMatching(why)]);
            const told = await fixture.doorman.event('ari_refused', {}, { from });
            expect(told).toMatchObject({ level: 'error', message: expect.stringMatching(why) });
            await fixture.doorman.event('ari_accepted', {}, { from, limitMs: 15_000 });
        }
        expect((await view(fixture.asterisk, '/ready')).status).toBe(200);
        expect((await called()).result.context).toBe('story-main');
    });
});
//# sourceMappingURL=readiness.test.js.map