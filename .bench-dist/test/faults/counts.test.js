import { expect, test } from '@jest/globals';
import { countsOf } from './counts.js';
import { ANSWER_OF, GOOD } from './flow-files.js';
const [vip, account] = GOOD;
const seen = (call, kind = vip) => ({
    kind,
    call: {
        ...{ callId: '1', begunAt: 10, status: ANSWER_OF[kind.flow], isTaken: true, hungUpBy: undefined },
        ...{ wait_ms: 5, waitFromFirst_ms: 5, ...call },
    },
});
test('a call is routed, in the fallback or lost by its answer', () => {
    const counts = countsOf([
        ...[seen({}), seen({}, account), seen({ status: ANSWER_OF.last, wait_ms: 2_004.4 })],
        ...[seen({ status: undefined }), seen({ status: 404 }), seen({ status: ANSWER_OF[account.flow] })],
        seen({ hungUpBy: 'pbx' }),
    ]);
    expect(counts).toMatchObject({ offered: 7, routed: 2, fallback: 1, lost: 4, longest_wait_ms: 2_004 });
    expect(Object.keys(counts.lost_how)).toEqual(['VIP: no answer', 'VIP: 404', 'VIP: 486', 'VIP: cut short']);
});
test('calls that Asterisk never took, or refused while it was going down, are not counted', () => {
    const calls = [
        seen({ isTaken: false, status: undefined, wait_ms: 9_000 }),
        seen({ status: 503, begunAt: 20 }),
        // Sent before, answered after Asterisk was told to stop.
        seen({ status: 503, begunAt: 14, waitFromFirst_ms: 3 }),
    ];
    expect(countsOf(calls, { from: 15, to: 25 })).toMatchObject({
        offered: 0,
        not_taken: 3,
        longest_wait_ms: 0,
    });
    expect(countsOf(calls)).toMatchObject({ offered: 2, not_taken: 1, lost: 2 });
});
//# sourceMappingURL=counts.test.js.map