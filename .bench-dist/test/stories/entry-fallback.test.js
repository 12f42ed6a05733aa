import { describe, expect, test } from '@jest/globals';
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js';
const ROUTING = `
flows: { ${flowsTo('main', 'other')} }
rules: [{ name: Missing, when: { callee: "400" }, goto: main }]
otherwise: other
`;
/** An entry that names its fallback before it sends the call to Doorman. */
const entry = (extension, fallback) => `exten => ${extension},1,Set(DOORMAN_FALLBACK=${fallback})\n same => n,Goto(doorman,,1)\n`;
const DIALPLAN = [
    '[from-trunk]\n',
    ...[entry('300', 'story-night'), entry('301', 'story-night,101,1'), entry('302', 'story-nowhere,s,1')],
    ...[entry('400', 'story-night'), entry('401', '')],
    allShowing(['other', 'night'], '${DOORMAN_FLOW}/${DOORMAN_RULE}'),
    'exten => 101,1,NoOp(101)\n same => n,Answer()\n same => n,Wait(5)\n',
].join('');
describe.each(RELEASES)('the fallback of an entry on Debian %s', (release) => {
    const flows = { 'routing.yaml': ROUTING };
    const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN, withDoorman: false });
    const reached = async (to) => {
        const { result } = await fixture.place({ from: '+15559990000', to, trunk: 'carrier-a' });
        return [result.context, result.appData[0]];
    };
    test.each([
        ['a context', '300', 'story-night', '/fallback'],
        ['a whole place', '301', 'story-night', '101'],
        ['a context that is not there: then that of all', '302', 'story-other', 'other/fallback'],
        ['nothing: then that of all', '401', 'story-other', 'other/fallback'],
    ])('may be %s', async (_what, to, context, shown) => {
        expect(await reached(to)).toEqual([context, shown]);
    });
});
//# sourceMappingURL=entry-fallback.test.js.map