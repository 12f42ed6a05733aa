import { describe, expect, test } from '@jest/globals';
import { placeCalls } from '../support/calls.js';
import { flowsTo, pbxFixture, RELEASES, showing } from '../support/fixture.js';
const HEAD = `import type { Conversation } from 'asterisk-doorman'

export default async function broken(conv: Conversation) {
  conv.state.begun = true
`;
const VIP = "conv.gotoFlow('vip')";
const BROKEN = [
    ['throws', 'threw', /:5:9: .*Error: no row for this caller/, "throw new Error('no row for this caller')"],
    [
        ...['rejects later', 'threw', /:6:24: .*TypeError: too late/],
        ...['await null', "await Promise.reject(new TypeError('too late'))"],
    ],
    [
        ...['names a flow that is not there', 'unknown-flow'],
        ...[
            /:5:8: .*There is no flow "vip_flow"; did you mean "vip"\?/,
            "conv.gotoFlow(String('vip_flow'))",
        ],
    ],
    ['loops for ever', 'deadline', /did not end within 500 ms/, VIP, 'for (;;);'],
    ['waits for ever', 'deadline', /did not end within 500 ms/, VIP, 'await new Promise(() => {})'],
    [
        ...['keeps what cannot be kept', 'not-cloneable', /conv\.state\.later is a function/],
        ...[VIP, 'Object.assign(conv.state, { later: () => 1 })'],
    ],
    [
        ...['keeps a circle', 'not-cloneable', /conv\.state\.self leads back/],
        ...[VIP, 'Object.assign(conv.state, { self: conv.state })'],
    ],
    ['chooses nothing', 'chose-nothing', /it ended without conv\.gotoFlow/],
    ['ends the process', 'crashed', /process\.exit, code 1/, 'process.exit(1)'],
];
const ruleOf = (_, at) => `  - { name: Broken ${at}, when: { callee: "20${at}" }, run: broken-${at}.ts }`;
const ROUTING = `
trunks: { carrier-a: { trust: [caller_number] } }
flows: { ${flowsTo('vip', 'other')} }
rules:
${BROKEN.map(ruleOf).join('\n')}
  - { name: Healthy, when: { callee: "300" }, run: healthy.ts }
  - { name: Plain, when: { callee: "301" }, goto: vip, state: { plain: true } }
  - { name: Talkative, when: { callee: "302" }, run: talkative.ts }
otherwise: other
`;
const TALKATIVE = [
    "conv.log.info('looked the caller up', { rows: 2 })",
    "conv.log.warn('the second row has no name')",
    ...["console.log('beside the log')", VIP],
];
const code = (lines) => `${HEAD}  ${lines.join('\n  ')}\n}\n`;
const FLOWS = {
    ...{ 'routing.yaml': ROUTING, 'healthy.ts': code([VIP]), 'talkative.ts': code(TALKATIVE) },
    ...Object.fromEntries(BROKEN.map(([, , , ...lines], at) => [`broken-${at}.ts`, code(lines)])),
};
/** The longest deadline: on a busy test machine the healthy functions need more time than elsewhere. */
const SETTINGS = { DOORMAN_FUNCTION_DEADLINE_MS: '500' };
const DIALPLAN = showing('story-vip', '${CONV_begun}${CONV_plain}') + showing('story-other', '${CONV_begun}');
describe.each(RELEASES)('code flows on Debian %s', (release) => {
    const fixture = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN, settings: SETTINGS });
    const from = '+15559990000';
    const calls = BROKEN.map(([what, reason, says], at) => [what, `20${at}`, `broken-${at}.ts`, reason, says]);
    test.each(calls)('a function that %s sends its call to otherwise, and ten others notice nothing', async (_what, to, file, reason, says) => {
        const meanwhile = Promise.all([crowd('300'), crowd('301')]);
        const { result, record } = await fixture.call({ from, to, trunk: 'carrier-a' });
        expect([result.context, result.appData[0]]).toEqual(['story-other', '']);
        expect(record).toMatchObject({ flow: 'other', outcome: 'fallback_function' });
        const [fault = ''] = record.faults;
        expect(fault.startsWith(file)).toBe(true);
        expect(fault.slice(file.length)).toMatch(says);
        const last = record.reasons.at(-1);
        expect(last).toMatchObject({ rule: '(function)', matched: false });
        expect(last?.why).toContain(`${fault} (${reason})`);
        expect(await meanwhile).toEqual(Array(2).fill(Array(5).fill(['story-vip', 'true', 'routed'])));
    });
    test('what a function writes to the log reaches the log, with the call that it belongs to', async () => {
        const { result, record } = await fixture.call({ from, to: '302', trunk: 'carrier-a' });
        const lines = fixture.doorman.lines.filter(({ event, call }) => event !== 'decision' && call === record.call);
        expect(result.context).toBe('story-vip');
        expect(lines).toMatchObject([
            { level: 'info', message: expect.stringContaining('looked the caller up') },
            { level: 'warn', message: expect.stringContaining('the second row has no name') },
            { level: 'info', message: expect.stringContaining('beside the log') },
        ]);
        expect(JSON.stringify(lines[0])).toContain('rows');
        expect(fixture.doorman.noise).toBe('');
    });
    /** Five calls that are placed meanwhile: where the PBX says they landed, what it was shown, and their outcome. */
    async function crowd(to) {
        const call = { from, to, trunk: 'carrier-a', hold_ms: 150 };
        const placed = await placeCalls(fixture.asterisk, { ...call, calls: 5, perSecond: 10 });
        const seen = placed.map(async ({ callId }) => {
            const { context, appData } = await fixture.observer.result(callId, 5_000);
            return [context, appData[0], (await fixture.doorman.record(callId)).outcome];
        });
        return Promise.all(seen);
    }
});
//# sourceMappingURL=code-flows.test.js.map