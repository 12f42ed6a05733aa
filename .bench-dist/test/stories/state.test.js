import { describe, expect, test } from '@jest/globals';
import { placeCall } from '../support/calls.js';
import { codeFlow, flowsTo, pbxFixture, RELEASES, stateOf } from '../support/fixture.js';
const ROUTING = `
flows: { ${flowsTo('again', 'enough', 'dial', 'big', 'whole', 'torn', 'family', 'second', 'lost')} }
trunks: { carrier-a: { trust: [X-VIP] } }
vip: { headers: { X-VIP: [gold] } }
rules:
  - { name: Count, when: { callee: "1" }, run: count.ts }
  - { name: Dial, when: { callee: "2" }, goto: dial, state: { city: Albany, nested: { deep: [1, two, null] } } }
  - { name: Big, when: { callee: "3" }, run: big.ts }
  - { name: Second, when: { callee: "5", vip: true }, goto: second, state: { city: Albany } }
  - { name: Own, when: { callee: "6" }, run: own.ts }
  - { name: Lost, when: { callee: "7", vip: true }, goto: lost }
  - { name: Family, when: { callee: "4" }, goto: family, state: { city: Albany } }
otherwise: torn
`;
/** Counts the visits of a call, in the state that is on it. */
const COUNT = codeFlow('const visits = Number(conv.state.visits ?? 0) + 1', 'conv.state.visits = visits', "if (visits === 1) conv.state.temporary = 'gone soon'", 'else delete conv.state.temporary', "conv.gotoFlow(visits === 1 ? 'again' : 'enough')");
/** What a channel that another call has dialled finds of that call's state. */
const OWN = codeFlow('conv.state = { found: JSON.stringify(conv.state), vip: conv.vip }', "conv.gotoFlow('enough')");
/** Makes a large nested state on the first visit and compares it on the second, digit for digit. */
const BIG = `import type { Conversation } from 'asterisk-doorman'

const rows = Array.from({ length: 160 }, (_, id) => ({
  id,
  text: \`row \${id}: "quotes", \\\\ backslash, é 漢 😀, \\n line, \${'x'.repeat(40)}\`,
  tags: { a: [id, [id + 1, { b: null, c: id % 2 === 0 }]] },
}))

export default function big(conv: Conversation) {
  if (conv.state.rows === undefined) {
    conv.state.rows = rows
    conv.gotoFlow('big')
  } else {
    const isWhole = JSON.stringify(conv.state.rows) === JSON.stringify(rows)
    conv.state = { isWhole }
    conv.gotoFlow(isWhole ? 'whole' : 'torn')
  }
}
`;
/** The contexts of the stories that a call went through. */
const storiesIn = (path) => path.filter((context) => context.startsWith('story-'));
const INNER = 'NoOp(${DOORMAN_FLOW} ${DOORMAN_RULE} ${CONV_city} ${CONV_STATE})';
const DIALPLAN = `
[story-again]
exten => s,1,NoOp(visit \${CONV_visits}: \${CONV_temporary})
 same => n,Goto(doorman,s,1)
[story-enough]
exten => s,1,NoOp(visit \${CONV_visits}: \${CONV_temporary})
 same => n,Answer()
 same => n,Wait(5)
[story-dial]
exten => s,1,Dial(Local/s@story-inner)
[story-inner]
exten => s,1,${INNER}
 same => n,Dial(Local/s@story-innermost)
[story-innermost]
exten => s,1,${INNER}
 same => n,Answer()
 same => n,Wait(5)
[story-big]
exten => s,1,Answer()
 same => n,Wait(0.5)
 same => n,Goto(doorman,s,1)
[story-whole]
exten => s,1,NoOp(whole)
 same => n,Wait(5)
[story-torn]
exten => s,1,NoOp(torn)
 same => n,Wait(5)
[story-second]
exten => s,1,Dial(Local/6@doorman)
[story-family]
exten => s,1,Set(FOUND=\${DB(story/family)})
 same => n,Set(DB(story/child)=\${CONV_city})
 same => n,Set(LOCKED=\${LOCK(story)})
 same => n,Set(SHELLED=\${SHELL(printf %s here)})
 same => n,Answer()
 same => n,Wait(5)
`;
describe.each(RELEASES)('state on Debian %s', (release) => {
    const flows = { 'routing.yaml': ROUTING, 'count.ts': COUNT, 'big.ts': BIG, 'own.ts': OWN };
    const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN });
    const from = '+15559990000';
    const vip = { from, trunk: 'carrier-a', headers: [['X-VIP', 'gold']] };
    test('what one visit keeps the next visit finds, and what it drops is gone', async () => {
        const { result, state, record } = await fixture.call({ from, to: '1', trunk: 'carrier-a' });
        const trace = await fixture.observer.ended(({ uniqueId }) => uniqueId === result.uniqueId, 1_000);
        const shown = trace.steps.filter(({ context }) => context.startsWith('story-')).map(({ data }) => data);
        expect(storiesIn(result.path)).toEqual(['story-again', 'story-enough']);
        expect(shown.filter((data) => data.startsWith('visit'))).toEqual(['visit 1: gone soon', 'visit 2: ']);
        expect(state).toEqual({ visits: 2 });
        const visits = await fixture.doorman.decisions(record.sipCallId, 2);
        expect(visits.map(({ flow, outcome }) => [flow, outcome])).toEqual([
            ['again', 'routed'],
            ['enough', 'routed'],
        ]);
    });
    test('the channels that a Dial creates inherit the state and the decision, and theirs too', async () => {
        const { result, state } = await fixture.call({ from, to: '2', trunk: 'carrier-a' });
        const inner = fixture.observer.traces().flatMap(({ steps, linkedId }) => {
            const shown = steps.filter(({ application, data }) => application === 'NoOp' && data.startsWith('dial'));
            return linkedId === result.uniqueId ? shown.map(({ context, data }) => [context, data]) : [];
        });
        expect(result.context).toBe('story-dial');
        expect(state).toEqual({ city: 'Albany', nested: { deep: [1, 'two', null] } });
        const view = `dial Dial Albany ${result.variables.CONV_STATE}`;
        expect(inner).toEqual([
            ['story-inner', view],
            ['story-innermost', view],
        ]);
    });
    test('a channel that the call of a VIP dials is no VIP, and its state is its own', async () => {
        const { result } = await fixture.call({ ...vip, to: '5' });
        const isDialled = ({ linkedId, channel }) => linkedId === result.uniqueId && channel.endsWith(';2');
        const dialled = await fixture.observer.result(isDialled, 5_000);
        expect([result.variables.DOORMAN_VIP, result.variables.CONV_city]).toEqual(['1', 'Albany']);
        expect(dialled.variables).toMatchObject({ DOORMAN_VIP: '0', CONV_vip: 'false' });
        expect(await stateOf(dialled)).toEqual({ found: '{}', vip: false });
    });
    test('the call of a VIP that ends in the fallback is one of a VIP no more', async () => {
        const { result, record } = await fixture.call({ ...vip, to: '7', patience_ms: 2_000 });
        expect(record).toMatchObject({ vip: true, outcome: 'fallback_place' });
        expect(result.path.slice(-2)).toEqual(['doorman-fallback', 'story-torn']);
        expect(result.variables.DOORMAN_VIP).toBe('0');
    });
    test('a nested state of 16 KB comes back whole, to the PBX and to the second visit', async () => {
        const caller = '+15550000316';
        const call = placeCall(fixture.asterisk, { from: caller, to: '3', trunk: 'carrier-a', hold_ms: 3_000 });
        const result = await fixture.observer.result((trace) => trace.caller === caller, 5_000);
        const state = (await fixture.observer.state(result.channel));
        const { callId } = await call;
        const { path } = await fixture.observer.result(callId, 1_000);
        expect(Buffer.byteLength(JSON.stringify(state))).toBeGreaterThan(16_384);
        expect(state.rows).toHaveLength(160);
        expect(state.rows[159]?.text).toBe(`row 159: "quotes", \\ backslash, é 漢 😀, \n line, ${'x'.repeat(40)}`);
        expect(result.context).toBe('story-big');
        expect(storiesIn(path)).toEqual(['story-big', 'story-whole']);
    });
    test('the flow reads and writes the PBX database, locks and runs programs as if Doorman had not been there', async () => {
        await fixture.asterisk.cli('database put story family heirloom');
        const { result } = await fixture.call({ from, to: '4', trunk: 'carrier-a' });
        expect(result.context).toBe('story-family');
        expect(result.variables).toMatchObject({
            FOUND: 'heirloom',
            LOCKED: '1',
            SHELLED: 'here',
            CONV_city: 'Albany',
        });
        expect(await fixture.asterisk.cli('database get story child')).toContain('Albany');
    });
});
//# sourceMappingURL=state.test.js.map