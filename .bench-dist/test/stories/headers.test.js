import { describe, expect, test } from '@jest/globals';
import { codeFlow, flowsTo, pbxFixture, RELEASES, refusing } from '../support/fixture.js';
const TRUSTED = 'X-VIP, X-Tag, X-Note, X-Empty, Subject, Accept-Contact, Reject-Contact, Referred-By, Identity-Info';
/** The same question to the rules and to code: code is shown every header, and so reads them in another way. */
const ROUTING = `
trunks: { carrier-a: { trust: [${TRUSTED}] } }
flows: { ${flowsTo('gold', 'asked', 'other')} }
rules:
  - name: Code
    when: { callee: "2000" }
    run: gold.ts
  - name: Compact
    when:
      callee: "2001"
      header:
        Subject: hello
        Accept-Contact: "*;audio"
        Reject-Contact: "*;video"
        Referred-By: <sip:ann@example.com>
        Identity-Info: <https://example.com/cert>
    goto: asked
  - { name: Fourth, when: { callee: "2002", header: { X-Tag: d } }, goto: asked }
  - { name: Folded, when: { callee: "2003", header: { X-Note: one two } }, goto: asked }
  - { name: Empty, when: { callee: "2004", header: { X-Empty: { present: true } } }, goto: asked }
  - { name: Missing, when: { callee: "2005", header: { X-Empty: { present: false } } }, goto: asked }
  - name: Gold
    when: { header: { X-VIP: gold } }
    goto: gold
    state: { note: "{header.X-Note}" }
otherwise: other
`;
const GOLD = codeFlow('const { sipHeaders } = conv', 'conv.state.count = [...sipHeaders.keys()].length', "conv.state.tags = [...sipHeaders.getAll('x-tag')]", "conv.state.subject = sipHeaders.get('Subject')", "conv.state.isEmptyThere = sipHeaders.has('X-Empty')", 'conv.state.longest = Math.max(...[...sipHeaders.values()].map((value) => value.length))', "conv.gotoFlow(sipHeaders.get('X-VIP') === 'gold' && sipHeaders.trusted('x-vip') ? 'gold' : 'other')");
const FLOWS = { 'routing.yaml': ROUTING, 'gold.ts': GOLD };
const DIALPLAN = ['gold', 'asked', 'other'].map((name) => refusing(`story-${name}`)).join('');
const NOBODY = '<sip:+15559990000@carrier.example>';
const NOT_UTF8 = Buffer.from('X-Note: caf\xe9\xff\xc3\x28 x', 'latin1');
const NAME_NOT_UTF8 = Buffer.from('"Jos\xe9\xfe\xc0" <sip:+15559990000@carrier.example>', 'latin1');
const many = (count) => Array.from({ length: count }, (_, at) => `X-Filler-${at}: ${at}`);
const FIVE = [...'abcde'].map((letter) => `X-Tag: ${letter}`);
const COMPACT = ['s: hello', 'a: *;audio', 'j: *;video', 'b: <sip:ann@example.com>'].concat([
    'n: <https://example.com/cert>',
]);
/** Headers that could hide a good one beside them. */
const ODD = [
    ['a name in odd case', ['X-Tag: a']],
    ['a header of 4 KB', [`X-Note: ${'n'.repeat(4_096)}`]],
    ['a header of 4 KB that nobody reads', [`X-Other: ${'n'.repeat(4_096)}`]],
    ['a header of 57 KB', [`X-Note: ${'n'.repeat(57_000)}`]],
    ['a header of 57 KB under the same letter', [`X-Vast: ${'n'.repeat(57_000)}`]],
    ['200 headers', many(200)],
    ['200 headers of one name', Array.from({ length: 200 }, (_, at) => `X-Tag: ${at}`)],
    ['bytes that are not UTF-8', [NOT_UTF8]],
    ['a display name that is not UTF-8', [], NAME_NOT_UTF8],
    ['an empty header', ['X-Empty:', 'X-Note:   ']],
    ['percent signs and separators', ['X-Note: 100%&a=b&%41,%2C;+']],
    ['a name of 300 letters', [`X-${'n'.repeat(300)}: x`]],
];
describe.each(RELEASES)('headers on Debian %s', (release) => {
    const { raw } = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN });
    const odd = ({ from = NOBODY, ...call }) => raw({ from, ...call });
    test.each(ODD)('beside %s a good header counts for a rule and for code', async (_what, headers, from = NOBODY) => {
        const both = ['1000', '2000'].map((to) => odd({ to, from, headers: [...headers, 'x-vIP: gold'] }));
        const seen = (await Promise.all(both)).map(({ result, record: { rule, outcome, faults } }) => {
            return { context: result.context, rule, outcome, faults };
        });
        const good = { context: 'story-gold', outcome: 'routed', faults: [] };
        expect(seen).toEqual([
            { ...good, rule: 'Gold' },
            { ...good, rule: 'Code' },
        ]);
    });
    test.each([
        ['compact forms are read under their full names', '2001', COMPACT, 'Compact'],
        ['of five headers of one name the fourth satisfies a condition', '2002', FIVE, 'Fourth'],
        ['a folded line is one value', '2003', ['X-Note: one\r\n two'], 'Folded'],
        ['a header without a value is there', '2004', ['X-Empty:'], 'Empty'],
        ['a header that is missing is not there', '2005', [], 'Missing'],
    ])('for a rule: %s', async (_what, to, headers, rule) => {
        const { result, record } = await odd({ to, headers });
        expect([result.context, record.rule]).toEqual(['story-asked', rule]);
        if (headers === COMPACT)
            expect(record.headers).toContainEqual(['subject', 'hello']);
    });
    test.each([
        ['a compact form under its full name', ['s: hello'], { subject: 'hello' }],
        ['the headers of one name in their order', FIVE, { tags: ['a', 'b', 'c', 'd', 'e'] }],
        ['a header without a value', ['X-Empty:'], { isEmptyThere: true }],
    ])('code sees %s', async (_what, headers, seen) => {
        const { state } = await odd({ to: '2000', headers: [...headers, 'X-VIP: gold'] });
        expect(state).toMatchObject(seen);
    });
    test('code sees two hundred headers', async () => {
        const { state } = await odd({ to: '2000', headers: [...many(200), 'X-VIP: gold'] });
        expect(state.count).toBeGreaterThan(200);
    });
    test('a header of 4,000 bytes comes whole', async () => {
        const { state } = await odd({ to: '1000', headers: [`X-Note: ${'n'.repeat(4_000)}`, 'X-VIP: gold'] });
        expect(state).toEqual({ note: 'n'.repeat(4_000) });
    });
});
//# sourceMappingURL=headers.test.js.map