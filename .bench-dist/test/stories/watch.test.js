import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { allShowing, codeFlow, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js';
const ROUTING = `
flows: { ${flowsTo('main', 'slow', 'fallback')} }
rules:
  - { name: Slow, when: { callee: "200" }, run: slow.ts }
  - { name: Main, when: { callee: ["100", "500"] }, goto: main }
otherwise: fallback
`;
const SLOW = codeFlow('await new Promise((resolve) => setTimeout(resolve, 300))', "conv.gotoFlow('slow')");
const FLOWS = { 'routing.yaml': ROUTING, 'slow.ts': SLOW };
const DIALPLAN = allShowing(['main', 'slow', 'fallback'], '${DOORMAN_RULE}') +
    // An entry of an admin's own, without the time limit: here a call waits for as long as it takes.
    '[from-trunk]\nexten => 500,1,Stasis(doorman)\n same => n,Hangup()\n';
const call = (to) => ({ from: '+15559990000', to, trunk: 'carrier-a' });
const PATIENT = { DOORMAN_FUNCTION_DEADLINE_MS: '500' };
describe.each(RELEASES)('the line to ARI on Debian %s', (release) => {
    const fixture = pbxFixture(release, {
        ...{ flows: FLOWS, dialplan: DIALPLAN, settings: PATIENT, withDoorman: false },
    });
    const start = () => fixture.lab.startDoorman();
    const reached = async (to = '100') => (await fixture.place(call(to))).result.context;
    test('a Doorman that another one of the same name replaces stands by, and takes over when that has gone', async () => {
        const first = await start();
        const second = await start();
        await first.event('application_replaced');
        const from = first.lines.length;
        expect(await reached()).toBe('story-main');
        await second.event('decision');
        await second.stop();
        await first.event('connection_up', { connection: 'ARI' }, { from, limitMs: 15_000 });
        expect(await reached()).toBe('story-main');
        expect(await first.stop()).toBe(0);
        expect(first.records).toHaveLength(1);
    });
    test('SIGTERM finishes the call in hand and leaves nobody waiting', async () => {
        const doorman = await start();
        const slow = reached('200');
        await inHand();
        doorman.signal('SIGTERM');
        expect(await slow).toBe('story-slow');
        expect(await doorman.exit()).toBe(0);
        expect(outcomes(doorman)).toEqual(['routed']);
        expect(await reached()).toBe('story-fallback');
    });
    test('SIGINT sends the call in hand to the fallback at once', async () => {
        const doorman = await start();
        const slow = fixture.place(call('200'));
        await inHand();
        doorman.signal('SIGINT');
        expect((await slow).result.context).toBe('story-fallback');
        expect(await doorman.exit()).toBe(0);
        expect(outcomes(doorman)).toEqual(['fallback_stopping']);
    });
    test('a call that came while Doorman stood still is decided when it goes on', async () => {
        const doorman = await start();
        // Stopped, it hears nothing, and its WebSocket stays open; the call waits in its application.
        doorman.signal('SIGSTOP');
        const waiting = fixture.place(call('100'));
        await inHand(0);
        doorman.signal('SIGCONT');
        expect((await waiting).result.context).toBe('story-main');
        expect(await doorman.stop()).toBe(0);
    });
    test('a call that waits in a Doorman that hangs is adopted by the one that takes its place', async () => {
        const hanging = await start();
        hanging.signal('SIGSTOP');
        const waiting = fixture.place(call('500'));
        await inHand();
        const next = await start();
        const adopted = await next.event('call_reconciled');
        const { result } = await waiting;
        expect([result.context, result.appData[0]]).toEqual(['story-main', 'Main']);
        expect(adopted.call).toBe(result.uniqueId);
        hanging.signal('SIGCONT');
        expect(await hanging.stop()).toBe(0);
        expect(await next.stop()).toBe(0);
        expect(outcomes(next)).toEqual(['routed']);
    });
    test('Asterisk may be restarted: calls are decided again when it is back', async () => {
        const doorman = await start();
        expect(await reached()).toBe('story-main');
        const from = doorman.lines.length;
        await fixture.asterisk.restart();
        await fixture.reopenObserver();
        await doorman.connected({ from });
        expect(await reached()).toBe('story-main');
        expect(await doorman.stop()).toBe(0);
    });
    const outcomes = ({ records }) => records.map(({ outcome }) => outcome);
    /** Until the PBX has a call in Stasis, and a little longer, so that Doorman has it, too. */
    async function inHand(moreMs = 100) {
        for (let wait = 0; wait < 5_000; wait += 20) {
            if (/Stasis/.test(await fixture.asterisk.cli('core show channels concise')))
                return void (await sleep(moreMs));
            await sleep(20);
        }
        throw new Error('No call came into Stasis within 5 s.');
    }
});
//# sourceMappingURL=watch.test.js.map