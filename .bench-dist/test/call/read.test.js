import { expect, test } from '@jest/globals';
import { argumentsText, parseArguments } from '../../src/asterisk/dialplan/arguments.js';
import { passedFacts } from '../../src/call/passed-facts.js';
import { readCall } from '../../src/call/read.js';
import { revisionOf, routing } from '../flows/temp-folder.js';
import { stasisArguments } from '../support/stasis-arguments.js';
/** A revision with so many rules, each about a header of its own. */
function headerRules(count) {
    const rule = (_, index) => `  - { name: rule ${index}, when: { all: [{ attestation: [A] }, { header: { N-${index}: x } }] }, goto: main }`;
    return revisionOf(routing('rules:', ...Array.from({ length: count }, rule)));
}
async function read(revision, passed) {
    const asked = [];
    const arrival = {
        ...{ channelId: '1.1', channel: 'PJSIP/carrier-a-00000001', sipCallId: '', at: undefined },
        ...{
            callerId: { number: '', name: '' },
            extension: '',
            args: stasisArguments(passed).text,
            isUndescribed: false,
        },
    };
    const reader = { variable: async () => '', header: async (name) => void asked.push(name) };
    return { asked, ...(await readCall({ arrival, args: parseArguments(arrival.args) }, revision, reader)) };
}
test('a revision with very many headers has all of them listed, attestation or not', async () => {
    const revision = await headerRules(31);
    const passed = passedFacts(revision);
    expect(passed).toMatchObject({ headers: [], attestation: true, listAlways: true, listsAll: true });
    expect(passed.prefixes).toEqual(expect.arrayContaining(['a', 'x', 'n-7']));
    expect(argumentsText(passed, 40)).toContain('&ALL=1&KEYS=DIALLED/VERIFICATIONS/ATTESTATION/RESULT&');
    const attested = [['VERIFICATIONS', '0']];
    const listed = [['N-7', 'x']];
    const { asked, facts, faults } = await read(revision, { named: attested, listed, listsAll: true });
    expect([asked, faults, facts.headers.get('n-7')]).toEqual([[], [], 'x']);
});
test('a dialplan that lists nothing passes nothing: ARI is asked (for From, too), and the record says so', async () => {
    const { asked, faults } = await read(await headerRules(31), { named: [] });
    expect([asked.length, faults.length]).toEqual([32, 1]);
});
test('a caller who sends headers called like the keys of an attestation has none', async () => {
    const forged = [
        ['VERIFICATIONS', '1'],
        ['ATTESTATION', 'A'],
        ['RESULT', 'success'],
    ];
    const { facts } = await read(await headerRules(1), { named: [['n-0', '']], listed: forged });
    expect([facts.verification, facts.headers.get('attestation')]).toEqual([undefined, 'A']);
});
//# sourceMappingURL=read.test.js.map