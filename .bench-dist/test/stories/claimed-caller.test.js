import { describe, expect, test } from '@jest/globals';
import { flowsTo, pbxFixture, RELEASES, refusing, showing } from '../support/fixture.js';
const BLOCKED = '+15550006666';
const NOBODY = '+15559990000';
const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
flows: { ${flowsTo('other')}, blocked: { context: story-blocked, turn_away: true } }
rules:
  - { name: Blocked, when: { claimed_caller: { file: blocked.csv } }, goto: blocked }
otherwise: other
`;
const FLOWS = { 'routing.yaml': ROUTING, 'blocked.csv': `${BLOCKED}\n` };
const DIALPLAN = refusing('story-blocked') + showing('story-other', 'anybody');
/** Where a blocked caller can stand in an INVITE, and what the record calls it. */
const CLAIMS = [
    ['caller ID', '5550006666'],
    ['P-Asserted-Identity', NOBODY, ['P-Asserted-Identity', `<sip:${NOBODY}@x>, <tel:${BLOCKED}>`]],
    ['Remote-Party-ID', NOBODY, ['Remote-Party-ID', `"Pest" <sip:${BLOCKED}@x>;party=calling`]],
    ['P-Preferred-Identity', NOBODY, ['P-Preferred-Identity', `<sip:${BLOCKED}@x>`]],
];
describe.each(RELEASES)('a blocklist on Debian %s', (release) => {
    const { call } = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN });
    test.each(CLAIMS)('turns a caller away who is named in the %s, on a trunk without trust', async (what, from, ...headers) => {
        const { placed, result, record } = await call({ from, to: '5550000000', trunk: 'carrier-b', headers });
        expect([placed.status, result.context]).toEqual([486, 'story-blocked']);
        expect(record).toMatchObject({ rule: 'Blocked', outcome: 'routed', readBy: 'dialplan', faults: [] });
        expect(record.reasons.at(-1)?.why).toMatch(`${what} claims ${BLOCKED}, which is in { file: blocked.csv }`);
    });
    test.each(['carrier-a', 'carrier-b'])('takes no other call of %s', async (trunk) => {
        const headers = [['P-Asserted-Identity', `<sip:${NOBODY}@x>`]];
        const { placed, record } = await call({ from: NOBODY, to: '5550000000', trunk, headers });
        expect([placed.status, record.rule]).toEqual([200, 'otherwise']);
    });
});
//# sourceMappingURL=claimed-caller.test.js.map