import { describe, expect, test } from '@jest/globals';
import { compile } from '../../src/flows/compile.js';
import { formatInvite, SipMessage } from '../../src/testcall/sip-message.js';
import { flowFolder } from '../support/flow-folder.js';
import { findKnee } from './bench.js';
import { inviteOf, Tally } from './caller.js';
import { callAt, landingText } from './calls.js';
import { benchFlowFiles } from './flow-files.js';
import { decider, HEADERS } from './peers/job.js';
const VIPS = 100;
const HOST = '127.0.0.11';
test('the calls of the bench carry the headers of the job, and the peers decide them as expected', () => {
    const decide = decider(VIPS);
    const ids = { callId: '1', tag: '2', branch: '3', cseq: 1, target: '127.0.0.1:5060', local: `${HOST}:1` };
    for (let at = 0; at < 40; at++) {
        const call = callAt(at, VIPS);
        const message = SipMessage.parse(formatInvite(inviteOf(call, HOST), ids));
        const headers = Object.fromEntries(HEADERS.map((name) => [name, message?.header(name.toLowerCase()) ?? '']));
        expect(Object.values(headers)).not.toContain('');
        expect(decide(headers, call.callee)).toEqual(call.landing);
    }
});
test('the flow files of the bench compile and need every header of the job', async () => {
    const folder = flowFolder(benchFlowFiles(100, 1_000));
    try {
        const compiled = await compile(folder.path);
        if (!compiled.ok)
            throw new Error(JSON.stringify(compiled.problems));
        expect(compiled.revision.routing.rules).toHaveLength(100);
        const needed = compiled.revision.headersNeeded.map((name) => name.toLowerCase());
        expect(needed).toEqual(expect.arrayContaining(HEADERS.map((name) => name.toLowerCase())));
    }
    finally {
        folder.remove();
    }
});
describe('the tally of a run', () => {
    const ORDER = { perSecond: 100, seconds: 2 };
    const call = callAt(0, VIPS);
    const right = landingText(call.landing);
    const result = (landing, at, { sent = 0, status = 200 } = {}) => {
        const text = `SIP/2.0 ${status} OK\r\nP-Asserted-Identity: "${landing}" <sip:1@127.0.0.1>\r\n\r\n`;
        const message = SipMessage.parse(Buffer.from(text));
        if (message === undefined)
            throw new Error('no message');
        const answer = { status, reason: '', at, ms: at - sent, message };
        return { sentAt: [sent], answer, cancelledAt: undefined, hungUpBy: 'caller' };
    };
    test('counts a call from when it was sent, and one that was sent late from when it was due', () => {
        const tally = new Tally(ORDER);
        tally.add(call, 1_000, result(right, 1_003, { sent: 1_001.5 }));
        tally.add(call, 1_000, result(right, 1_040, { sent: 1_030 }));
        expect(tally.report().latency_ms).toMatchObject({ p50: 1.5, max: 40 });
    });
    test('has right, wrong and lost calls', () => {
        const tally = new Tally(ORDER);
        tally.add(call, 0, result(right, 1));
        tally.add(call, 0, result('bench-general/general_support_flow/otherwise/North Branch', 1));
        tally.add(call, 0, result('', 1, { status: 486 }));
        tally.add(call, 0, { ...result(right, 1), hungUpBy: 'pbx' });
        tally.add(call, 0, { ...result('', 1, { status: 487 }), cancelledAt: 1 });
        expect(tally.report()).toMatchObject({ offered: 5, right: 1, wrong: 3, lost: 1 });
    });
    test('gives a run up that cannot come out well any more', () => {
        const tally = new Tally({ ...ORDER, giveUp: { share: 0.01, slow_ms: 50 } });
        for (const ms of [60, 60, 40])
            tally.add(call, 0, result(right, ms));
        expect(tally.isHopeless).toBe(false);
        tally.add(call, 0, result(right, 60));
        expect(tally.isHopeless).toBe(true);
    });
});
test.each([...[130, 400, 520, 745, 1_400].map((limit) => [limit, limit * 0.94]), [0, -1]])('the search for the knee of a system that holds %i calls a second ends within 5 %%', async (limit, above) => {
    let renewed = 0;
    const hold = async (rate) => rate <= limit;
    const renew = async () => {
        renewed += 1;
    };
    const knee = await findKnee(500, { hold, renew });
    expect(knee).toBeLessThanOrEqual(limit);
    expect(knee).toBeGreaterThan(above);
    // It begins anew after each rate that was too high from the start.
    expect(renewed > 0).toBe(limit < 400);
});
//# sourceMappingURL=bench.test.js.map