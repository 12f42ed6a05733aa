import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pbxFixture, RELEASES } from '../support/fixture.js';
const VIP = { from: '+15551234567', to: '5550000000', trunk: 'carrier-a', hold_ms: 150 };
/** Several tries are over by then, and still each line to the PBX has one line in the log. */
const TRIES_MS = 1_500;
const UP = { limitMs: 20_000 };
describe.each(RELEASES)('the first connection on Debian %s', (release) => {
    const fixture = pbxFixture(release, { withDoorman: false });
    afterEach(() => fixture.lab.stopDoorman());
    const downLines = ({ lines }, which) => lines
        .filter(({ event, connection }) => event === 'connection_down' && connection === which)
        .map(({ message }) => message);
    const isDown = (running, connection) => running.event('connection_down', { connection }, UP);
    test('a wrong ARI password gives one clear line that names the setting, and calls go to the fallback', async () => {
        const running = fixture.lab.launch({ DOORMAN_ARI_PASSWORD: 'not-this-one' });
        await running.event('connection_up', { connection: 'AMI' }, UP);
        await isDown(running, 'ARI');
        await sleep(TRIES_MS);
        const { result } = await fixture.place(VIP);
        const [line, ...more] = downLines(running, 'ARI');
        expect(line).toMatch(/^ARI at http:\/\/127\.0\.0\.1:\d+ answered 401: .*DOORMAN_ARI_PASSWORD.*ari\.conf/);
        expect(more).toEqual([]);
        expect(result.path.slice(0, 3)).toEqual(['from-trunk', 'doorman', 'doorman-fallback']);
        expect(JSON.stringify(running.lines)).not.toMatch(/not-this-one|\\n\s+at /);
        expect(running.noise).toBe('');
    });
    test('a Doorman that starts before its Asterisk says so in one line each, and connects by itself', async () => {
        await fixture.asterisk.kill9();
        const running = fixture.lab.launch();
        await Promise.all(['ARI', 'AMI'].map((which) => isDown(running, which)));
        await sleep(TRIES_MS);
        const [ari, ami] = [downLines(running, 'ARI'), downLines(running, 'AMI')];
        await fixture.asterisk.restart();
        await fixture.reopenObserver();
        await running.connected();
        const { result } = await fixture.place(VIP);
        expect(ari).toEqual([
            expect.stringMatching(/did not answer \(ECONNREFUSED\).*http\.conf.*DOORMAN_ARI_URL/),
        ]);
        expect(ami).toEqual([expect.stringMatching(/ECONNREFUSED.*DOORMAN_AMI_HOST.*manager\.conf/)]);
        expect([result.context, result.variables.DOORMAN_FLOW]).toEqual(['vip-support', 'vip_support_flow']);
        expect(JSON.stringify(running.lines)).not.toMatch(/\\n\s+at /);
        expect(running.noise).toBe('');
    });
    test('a Doorman without an Asterisk ends at once and well when it is told to', async () => {
        await fixture.asterisk.kill9();
        const running = fixture.lab.launch();
        await isDown(running, 'ARI');
        expect(await running.stop()).toBe(0);
    });
});
//# sourceMappingURL=first-connection.test.js.map