import { beforeAll, describe, expect, test } from '@jest/globals';
import { codeFlow, flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js';
const ROUTING = `
flows: { ${flowsTo('again', 'menu', 'dial', 'enough', 'other')} }
rules:
  - { name: Loop, when: { callee: ["100", "101"] }, goto: again }
  - { name: Menu, when: { callee: ["200", "201"] }, run: menu.ts }
  - { name: Dial, when: { callee: "300" }, goto: dial }
otherwise: other
`;
/** Sends a call to the menu as often as the dialled number says. */
const MENU = codeFlow('const visits = Number(conv.state.visits ?? 0) + 1', 'conv.state.visits = visits', "conv.gotoFlow(conv.calleeNumber === '200' && visits === 15 ? 'enough' : 'menu')");
const DIALPLAN = [
    '[story-again]\nexten => s,1,Goto(doorman,s,1)\n',
    '[story-menu]\nexten => s,1,Wait(0.5)\n same => n,Goto(doorman,s,1)\n',
    '[story-dial]\nexten => s,1,Dial(Local/300@from-trunk)\n',
    showing('story-enough', '${CONV_visits}'),
    // The fallback itself leads back for a call that has come to it from 101.
    '[story-other]\nexten => s,1,NoOp(${DOORMAN_RULE})\n same => n,GotoIf($["${KEEP}" = "1"]?doorman,s,1)\n',
    ' same => n,Answer()\n same => n,Wait(5)\n',
    '[from-trunk]\nexten => 101,1,Set(KEEP=1)\n same => n,Goto(doorman,,1)\n',
].join('');
/** The same lines as an admin's, with a window of 4 s for 30, and 20 visits in all for 100. */
function sooner(text) {
    const shorter = text
        .replace(/(\$\{EPOCH\} - \$\{DOORMAN_SINCE\} >= )30\]/, '$14]')
        .replace(/(\$\{DOORMAN_VISITS\} > )100\]/, '$120]');
    expect(shorter.length).toBe(text.length - 2);
    return shorter;
}
describe.each(RELEASES)('calls that come back on Debian %s', (release) => {
    const fixture = pbxFixture(release, {
        ...{ flows: { 'routing.yaml': ROUTING, 'menu.ts': MENU }, dialplan: DIALPLAN },
        ...{ editDialplan: sooner, withDoorman: false },
    });
    const call = (to) => ({ from: '+15559990000', to, trunk: 'carrier-a', patience_ms: 20_000 });
    const visitsIn = (path) => path.filter((context) => context === 'doorman').length;
    /** Where the fallback leads back, the caller sees 480. */
    async function expectHangUp() {
        const { placed, result } = await fixture.place(call('101'));
        const { steps } = await fixture.observer.ended(placed.callId, 5_000);
        expect([placed.status, result.path.includes('story-other')]).toEqual([480, true]);
        expect(steps.at(-1)).toMatchObject({ context: 'doorman', application: 'Hangup', data: '31' });
    }
    test('are hung up where the fallback leads back, while no Doorman runs', expectHangUp);
    describe('while Doorman runs', () => {
        let doorman;
        beforeAll(async () => {
            doorman = await fixture.lab.startDoorman();
        });
        test('take the fallback after ten visits in a short time, and the last record says so', async () => {
            const { placed, result } = await fixture.place(call('100'));
            const fallback = result.path.indexOf('story-other');
            expect([placed.status, visitsIn(result.path.slice(0, fallback))]).toEqual([200, 11]);
            const outcomes = (await doorman.decisions(placed.callId, 11)).map(({ outcome }) => outcome);
            expect(outcomes).toEqual([...Array(10).fill('routed'), 'fallback_visits']);
        });
        test('are hung up where that leads back again', expectHangUp);
        test('go on where they come back now and then, as from a menu', async () => {
            const { result } = await fixture.place(call('200'));
            const trace = await fixture.observer.ended(({ uniqueId }) => uniqueId === result.uniqueId, 20_000);
            const shown = trace.steps.filter(({ context }) => context === 'story-enough');
            expect(shown[0]?.data).toBe('15');
        });
        test('take the fallback after so many visits in all, however slow they are', async () => {
            const { placed } = await fixture.place(call('201'));
            const { steps } = await fixture.observer.ended(placed.callId, 20_000);
            expect(placed.status).toBe(200);
            expect(steps.filter(({ context }) => context === 'story-menu')).toHaveLength(2 * 20);
            await doorman.event('decision', { outcome: 'fallback_visits', sipCallId: placed.callId });
        });
        test('are counted through the channels of a Dial', async () => {
            const { placed } = await fixture.place(call('300'));
            expect(placed.status).toBe(200);
            const deepest = fixture.observer
                .traces()
                .findLast(({ steps }) => steps.some(({ context }) => context === 'story-other'));
            expect(deepest?.channel).toMatch(/^Local\/300@from-trunk/);
        });
    });
});
//# sourceMappingURL=visits.test.js.map