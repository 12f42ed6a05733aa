import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { quoted } from '../hostile/attackers.js';
import { codeFlow, flowsTo, pbxFixture, RELEASES, refusing } from '../support/fixture.js';
const ROUTING = `
trunks: { carrier-a: { trust: [caller_number, X-VIP, X-Note] } }
vip: { headers: { X-VIP: [gold] } }
flows: { ${flowsTo('noted', 'proof')} }
rules:
  - { name: Proof, when: { callee: "1" }, goto: proof }
  - { name: By rule, when: { callee: "1000" }, goto: noted, state: { note: "{header.X-Note}" } }
  - { name: By code, run: note.ts }
otherwise: noted
`;
const NOTE = codeFlow("conv.state.note = conv.sipHeaders.get('X-Note')", 'conv.state.name = conv.callerName', "conv.gotoFlow('noted')");
const FLOWS = { 'routing.yaml': ROUTING, 'note.ts': NOTE };
const NOBODY = '<sip:+15559990000@carrier.example>';
/** Files that nobody but an evaluated header would make. */
const folder = mkdtempSync(join(tmpdir(), 'doorman-evil-'));
const EVIL = join(folder, 'evil');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** A flow that uses the note in the ways that flows do: as an argument, in an expression, in a command without quotes. */
const NOTED = `
[story-noted]
exten => s,1,NoOp()
 same => n,NoOp(\${CONV_note})
 same => n,NoOp(\${CONV_name})
 same => n,NoOp($["\${CONV_note}" = "x"])
 same => n,NoOp(\${IF($["\${CONV_note}"="x"]?1:0)})
 same => n,NoOp(\${LEN(\${CONV_note})} \${URIENCODE(\${CONV_note})})
 same => n,System(echo \${CONV_note} >> ${join(folder, 'said')})
 same => n,NoOp(\${SYSTEMSTATUS})
 same => n,Wait(0.3)
 same => n,Hangup(17)
`;
const DIALPLAN = [
    NOTED,
    // That SHELL() works in this dialplan: without it the story would prove nothing.
    refusing('story-proof', `\${SHELL(touch ${join(folder, 'proof')})}`),
].join('');
const NOTES = [
    ['a function call', `\${SHELL(touch ${EVIL})}`],
    ['an expression', '$[1 + 1] ${EXTEN}'],
    ['the end of an expression', `)}\${SHELL(touch ${EVIL})}`],
    ['quotes', `" | "1" = "1`],
    ['commas', 'x,1,vip-support,s,1'],
    ['a shell command', `'; touch ${EVIL}; \`touch ${EVIL}\``],
    ['separators of MSet and of Dial', 'a\\,b&PJSIP/carrier-b^c|d;e'],
    ['an AMI action', `x%0d%0aAction: Command%0d%0aCommand: !touch ${EVIL}`],
    ['an encoded function call', '%24%7BEXTEN%7D'],
    ['an option of a command', '-n --help'],
    ['names of files', '* ~ ../* ?'],
    ['the end of a command', `x # ; touch ${EVIL} # ! && x`],
];
describe.each(RELEASES)('CONV_ values that mean harm on Debian %s', (release) => {
    const { raw } = pbxFixture(release, { flows: FLOWS, dialplan: DIALPLAN });
    test('the dialplan of this story does evaluate what it writes itself', async () => {
        const { result } = await raw({ from: NOBODY, to: '1', headers: [] });
        expect([result.context, existsSync(join(folder, 'proof'))]).toEqual(['story-proof', true]);
    });
    test.each(NOTES)('%s in a header and in the display name is text, for a rule and for code', async (_what, note) => {
        const headers = [`X-Note: ${note}`, 'X-VIP: gold'];
        const from = `${quoted(Buffer.from(note))} ${NOBODY}`;
        const both = ['1000', '2000'].map((to) => raw({ from, to, headers }));
        const seen = await Promise.all(both);
        expect(seen.map(({ state }) => state)).toEqual([{ note }, { note, name: note }]);
        for (const { result, record } of seen) {
            expect([result.context, result.variables.DOORMAN_VIP]).toEqual(['story-noted', '1']);
            expect(record.headers).toContainEqual(['x-note', note]);
            // What the dialplan was shown: a cleaned note, twice that it is not "x", and its length; then what a shell made of it.
            const { CONV_note: shown = '' } = result.variables;
            expect(shown).toMatch(/^[A-Za-z0-9 _.\u0080-\u{10ffff}]*$/u);
            const encoded = `${Buffer.byteLength(shown)} ${encodeURIComponent(shown)}`;
            const { 1: first, 7: status } = result.appData;
            expect([first, ...result.appData.slice(3, 6), status]).toEqual([shown, '0', '0', encoded, 'SUCCESS']);
            const said = readFileSync(join(folder, 'said'), 'utf8').split('\n');
            expect(said).toContain(shown.trim().replace(/ +/g, ' '));
        }
        expect(existsSync(EVIL)).toBe(false);
    });
});
//# sourceMappingURL=conv-values.test.js.map