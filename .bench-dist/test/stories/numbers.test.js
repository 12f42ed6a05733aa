import { describe, expect, test } from '@jest/globals';
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js';
const FLOWS = ['vip', 'north', 'nameless', 'short', 'other'];
const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
vip: { numbers: ["+15551234567"] }
branches:
  North Branch: { numbers: ["+15557654321"] }
  Elsewhere: { default: true }
flows: { ${flowsTo(...FLOWS)} }
rules:
  - { name: Withheld, when: { caller: anonymous }, goto: nameless }
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Extension, when: { callee: "1001" }, goto: short }
  - { name: The north, when: { branch: North Branch }, goto: north }
otherwise: other
`;
const DIALPLAN = allShowing(FLOWS, '${CALLERID(num)} for ${DOORMAN_DIALLED}');
const NOBODY = '+15559990000';
/** Many callers at once: starting them keeps this process busy, and the observer wants to ask each channel. */
const PATIENT = { trunk: 'carrier-a', hold_ms: 600 };
describe.each(RELEASES)('numbers on Debian %s', (release) => {
    const { call } = pbxFixture(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN });
    test('however the callee number is written, it reaches its branch', async () => {
        const numbers = ['+15557654321', '5557654321', '15557654321', '0015557654321', ...asUri('+15557654321')];
        const seen = numbers.map(async (to) => {
            const { result, record } = await call({ from: NOBODY, to, ...PATIENT });
            return [to, result.context, result.variables.DOORMAN_BRANCH, record.calleeNumber];
        });
        expect(await Promise.all(seen)).toEqual(numbers.map((to) => [to, 'story-north', 'North Branch', '+15557654321']));
    });
    test('however the caller number is written, the VIP is known', async () => {
        const numbers = ['+15551234567', '5551234567', '15551234567', '0015551234567', ...asUri('+15551234567')];
        const seen = numbers.map(async (from) => {
            const { result, record } = await call({ from, to: '5550000000', ...PATIENT });
            return [from, result.context, record.callerNumber];
        });
        expect(await Promise.all(seen)).toEqual(numbers.map((from) => [from, 'story-vip', '+15551234567']));
    });
    test.each([
        ['anonymous', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
        ['Unavailable', '"Unavailable" <sip:Unavailable@carrier.example>'],
        ['a host without a name', '"Anonymous" <sip:anonymous.invalid>'],
    ])('a caller who withholds the number as %s is anonymous', async (_what, from) => {
        const headers = [['From', from]];
        const { result, record } = await call({ from: 'x', to: '5557654321', trunk: 'carrier-a', headers });
        expect(result.context).toBe('story-nameless');
        expect(record.callerNumber).toBe('anonymous');
    });
    test('a short extension stays as it is and matches literally', async () => {
        const { result, record } = await call({ from: NOBODY, to: '1001', trunk: 'carrier-a' });
        expect(result.context).toBe('story-short');
        expect(record.calleeNumber).toBe('1001');
    });
    test('what cannot be read as a number stays as it was dialled', async () => {
        const numbers = ['*55', '12', '5557654321*9', '+999999999999999999999'];
        const seen = numbers.map(async (to) => {
            const { result, record } = await call({ from: NOBODY, to, ...PATIENT });
            return [result.context, result.appData[0], record.calleeNumber];
        });
        expect(await Promise.all(seen)).toEqual(numbers.map((to) => ['story-other', `${NOBODY} for ${to}`, to]));
    });
});
/** A number as SIP URIs hold it, with and without the separators that RFC 3966 allows. */
function asUri(number) {
    const grouped = number.replace(/^\+1(...)(...)(....)$/, '+1-$1-$2-$3');
    return [number, grouped].map((user) => `sip:${user}@carrier.example;user=phone`);
}
//# sourceMappingURL=numbers.test.js.map