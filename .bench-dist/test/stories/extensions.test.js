import { describe, expect, test } from '@jest/globals';
import { flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js';
const ROUTING = `
trunks: { carrier-a: { trust: [X-VIP] } }
vip: { headers: { X-VIP: [gold] } }
flows:
  kept: { context: story-kept, extension: dialled }
  named: { context: story-named, extension: "7", priority: 2 }
  ${flowsTo('plain')}
  ${flowsTo('other')}
rules:
  - { name: Kept, when: { callee: "+1555*" }, goto: kept }
  - { name: Very long, when: { callee: "+${'9'.repeat(78)}" }, goto: kept }
  - { name: By name, when: { callee: sales }, goto: named }
  - { name: Local, when: { callee: "300" }, goto: plain, state: { city: Albany } }
otherwise: other
`;
const DIALPLAN = [
    showing('story-kept', 'kept ${EXTEN}', '_+X!'),
    showing('story-kept', 'kept ${EXTEN}', '_X!'),
    '[story-named]\nexten => 7,1,NoOp(passed over)\n same => 2,NoOp(named)\n same => n,Answer()\n same => n,Wait(5)\n',
    showing('story-plain', 'plain ${CONV_city}'),
    showing('story-other', 'other ${DOORMAN_RULE}'),
].join('');
describe.each(RELEASES)('extensions on Debian %s', (release) => {
    const fixture = pbxFixture(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN });
    const call = { from: '+15559990000', trunk: 'carrier-a' };
    test('a flow with the extension "dialled" keeps the number that was dialled', async () => {
        const { result, record } = await fixture.call({ ...call, to: '+15557654321' });
        expect([result.context, result.extension, result.appData[0]]).toEqual([
            ...['story-kept', '+15557654321', 'kept +15557654321'],
        ]);
        expect(record.outcome).toBe('routed');
    });
    test('a dialled number too long to travel costs no caller', async () => {
        const { result, record } = await fixture.call({ ...call, to: `+${'9'.repeat(78)}` });
        expect(result.context).toBe('story-other');
        expect(record).toMatchObject({ rule: 'Very long', flow: 'kept', outcome: 'fallback_place' });
    });
    test('a name can be dialled, and a flow can be a place of its own', async () => {
        const { result, record } = await fixture.call({ ...call, to: 'sales' });
        expect([result.context, result.extension, result.appData[0]]).toEqual(['story-named', '7', 'named']);
        expect(record).toMatchObject({ calleeNumber: 'sales', outcome: 'routed' });
    });
    test.each([
        ['bytes that are not UTF-8', '555%C3%28'],
        ['a null-like byte', '555%01'],
        ['a space', '555%20000'],
        ['a variable', '555$%7BEXTEN%7D'],
        ['an expression', '5$%5B1+1%5D'],
        ['a function call', '5)%7D$%7BSHELL(touch%20evil)%7D'],
        ['quotes', '5%22%7C%221'],
        ['an ampersand', '5&6'],
        ['letters that are no ASCII', '5%C3%A9'],
    ])('an extension with %s takes the flow under `undecidable`, `otherwise` by default', async (_what, to) => {
        const { placed, result } = await fixture.place({ ...call, to });
        expect(result).toMatchObject({
            context: 'story-other',
            appData: expect.arrayContaining(['other undecidable']),
        });
        expect(await fixture.doorman.record(placed.callId)).toMatchObject({ outcome: 'undecidable', rule: null });
        expect(placed.status).toBe(200);
    });
    // With ${EXTEN} in the trunk's Goto, the commas would choose the place, and the caller would be dropped.
    test('an extension with commas chooses no location', async () => {
        const { result } = await fixture.place({ ...call, to: '5,story-plain,1' });
        expect(result.context).toBe('story-other');
    });
    test('a channel that is not PJSIP is decided, without a trunk and without headers', async () => {
        await fixture.asterisk.cli('channel originate Local/300@from-trunk application Wait 1');
        const isIt = ({ channel, steps }) => channel.startsWith('Local/300@from-trunk') && steps.length > 0;
        const result = await fixture.observer.result(isIt, 5_000);
        const record = await fixture.doorman.event('decision', { call: result.uniqueId });
        expect([result.context, result.appData[0]]).toEqual(['story-plain', 'plain Albany']);
        expect(record).toMatchObject({
            ...{ trunk: null, headers: [], vip: false, sipCallId: '', calleeNumber: '300' },
            ...{ rule: 'Local', outcome: 'routed', faults: [] },
        });
    });
});
//# sourceMappingURL=extensions.test.js.map