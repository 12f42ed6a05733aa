import { describe, expect, test } from '@jest/globals';
import { placeCalls } from '../support/calls.js';
import { allShowing, codeFlow, flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js';
const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-Number] } }
vip: { numbers: ["+15551234567"] }
flows: { ${flowsTo('vip', 'coded', 'other')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Code, when: { callee: "+15557654321" }, run: code.ts }
otherwise: other
`;
const CODE = codeFlow('conv.state.callId = conv.callId', "conv.gotoFlow('coded')");
const DIALPLAN = allShowing(['vip', 'other'], '${DOORMAN_RULE}') + showing('story-coded', '${CONV_callId}');
const EACH = { calls: 50, perSecond: 10, trunk: 'carrier-a', hold_ms: 200 };
describe.each(RELEASES)('load on Debian %s', (release) => {
    const flows = { 'routing.yaml': ROUTING, 'code.ts': CODE };
    const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN });
    test('a hundred calls at twenty a second land right, with one decision record each', async () => {
        const [vips, coded] = await Promise.all([
            placed('+15551234567', '5550000000'),
            placed('+15559990000', '5557654321'),
        ]);
        expect(vips.map(({ context, shown }) => [context, shown])).toEqual(Array(50).fill(['story-vip', 'VIP callers']));
        expect(coded.map(({ context, shown }) => [context, shown])).toEqual(coded.map(({ id }) => ['story-coded', id]));
        const { records } = fixture.doorman;
        expect(records).toHaveLength(100);
        expect(new Set(records.map(({ sipCallId }) => sipCallId)).size).toBe(100);
        expect(new Set(records.map(({ outcome }) => outcome))).toEqual(new Set(['routed']));
        expect(fixture.doorman.noise).toBe('');
    });
    async function placed(from, to) {
        const results = await placeCalls(fixture.asterisk, { ...EACH, from, to });
        expect(results).toHaveLength(EACH.calls);
        const reached = results.map(async ({ callId }) => {
            const { context, appData, uniqueId } = await fixture.observer.result(callId, 5_000);
            await fixture.doorman.record(callId);
            return { context, shown: appData[0], id: uniqueId };
        });
        return Promise.all(reached);
    }
});
//# sourceMappingURL=load.test.js.map