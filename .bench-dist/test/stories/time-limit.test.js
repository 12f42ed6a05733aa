import { describe, expect, test } from '@jest/globals';
import { codeFlow, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js';
const ROUTING = `
flows: { ${flowsTo('timed', 'again', 'missing', 'other')} }
rules:
  - { name: Timed, when: { callee: ["100", "101"] }, goto: timed }
  - { name: Missing, when: { callee: "102" }, goto: missing }
  - { name: Twice, when: { callee: "103" }, run: twice.ts }
otherwise: other
`;
const TWICE = codeFlow("conv.gotoFlow(conv.state.seen ? 'timed' : 'again')", 'conv.state.seen = true');
const timed = (context) => `[${context}]\nexten => s,1,Set(LEFT=\${TIMEOUT(absolute)})\n same => n,Answer()\n same => n,Wait(5)\n`;
const limited = (extension, seconds) => `exten => ${extension},1,Set(TIMEOUT(absolute)=${seconds})\n same => n,Goto(doorman,,1)\n`;
const DIALPLAN = [
    '[from-trunk]\n',
    ...[limited('101', 30), limited('102', 30), limited('103', 30)],
    ...[timed('story-timed'), timed('story-other')],
    '[story-again]\nexten => s,1,Wait(1.2)\n same => n,Goto(doorman,s,1)\n',
].join('');
describe.each(RELEASES)('the time limit of a call on Debian %s', (release) => {
    const flows = { 'routing.yaml': ROUTING, 'twice.ts': TWICE };
    const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN });
    test.each([
        ['that had none has none in its flow', '100', 'story-timed', -1, 0],
        ['that had one has it again in its flow', '101', 'story-timed', 26, 30],
        ['that ends in the fallback has it again there', '102', 'story-other', 26, 30],
        ['that visits Doorman twice does not begin it anew', '103', 'story-timed', 24, 29],
    ])('a call %s', async (_what, to, context, above, atMost) => {
        const { result } = await fixture.place({ from: '+15559990000', to, trunk: 'carrier-a' });
        const left = Number(result.variables.LEFT);
        expect(result.path.at(-1)).toBe(context);
        expect(left).toBeGreaterThan(above);
        expect(left).toBeLessThanOrEqual(atMost);
    });
});
//# sourceMappingURL=time-limit.test.js.map