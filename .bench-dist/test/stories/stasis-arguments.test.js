import { describe, expect, test } from '@jest/globals';
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js';
const routing = (header) => `
trunks: { carrier-a: { trust: [caller_number, X-VIP, ${header}] } }
vip: { headers: { X-VIP: [gold] } }
flows: { ${flowsTo('vip', 'asked', 'other')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip, state: { said: "{header.${header}}" } }
  - { name: Asked, when: { header: { ${header}: { present: true } } }, goto: asked }
otherwise: other
`;
const DIALPLAN = allShowing(['vip', 'asked', 'other'], '${CONV_said}');
describe.each(RELEASES)('the arguments of Stasis() on Debian %s', (release) => {
    const fixture = pbxFixture(release, { flows: { 'routing.yaml': routing('X-Note') }, dialplan: DIALPLAN });
    const call = (headers) => fixture.call({ ...{ from: '+15559990000', to: '5557654321', trunk: 'carrier-a' }, headers });
    test('are all that Doorman needs: nothing is read by ARI', async () => {
        const { result, record } = await call([
            ['X-VIP', 'gold'],
            ['X-Note', 'a, (b & "c" ${d}'],
        ]);
        expect([result.context, result.appData[0]]).toEqual(['story-vip', 'a b  c d']);
        expect([record.readBy, record.outcome, record.trunk]).toEqual(['dialplan', 'routed', 'carrier-a']);
        expect(record.headers).toContainEqual(['x-note', 'a, (b & "c" ${d}']);
    });
    test('tell an empty header from none', async () => {
        const [empty, none] = [await call([['X-Note', '']]), await call([])];
        expect([empty.result.context, empty.record.readBy]).toEqual(['story-asked', 'dialplan']);
        expect([none.result.context, none.record.readBy]).toEqual(['story-other', 'dialplan']);
    });
    test('have every repeat of a header, also behind an empty one', async () => {
        const notes = ['a', '', 'c'].map((value) => ['X-Note', value]);
        const { record } = await call([...notes, ['X-VIP', 'gold']]);
        const found = record.headers.filter(([name]) => name === 'x-note').map(([, value]) => value);
        expect(found).toEqual(['a', '', 'c']);
    });
    test('lack a header that the flow files look at now: ARI is asked for it, and the call is routed right', async () => {
        const from = fixture.doorman.lines.length;
        fixture.lab.put('routing.yaml', routing('X-Other'));
        fixture.doorman.signal('SIGHUP');
        const { ok, warnings } = await fixture.doorman.event('reload', {}, { from });
        expect([ok, String(warnings)]).toEqual([true, expect.stringContaining('were not generated for these')]);
        const { result, record } = await call([
            ['X-VIP', 'gold'],
            ['X-Other', 'new'],
        ]);
        expect([result.context, result.appData[0], record.readBy]).toEqual(['story-vip', 'new', 'ari']);
    });
});
//# sourceMappingURL=stasis-arguments.test.js.map