import { ANSWER_OF } from './flow-files.js';
/** The answers by which Asterisk refuses calls while it goes down. */
const REFUSALS = [404, 500, 503];
export function countsOf(calls, down) {
    const ends = Object.groupBy(calls, (call) => endOf(call, down));
    const { routed = [], fallback = [], lost = [], not_taken = [] } = ends;
    const taken = [...routed, ...fallback, ...lost].map(({ call }) => call);
    const longest = (wait) => Math.round(taken.reduce((most, call) => Math.max(most, wait(call)), 0));
    const lostHow = Object.groupBy(lost, ({ kind, call }) => {
        return `${kind.name}: ${call.hungUpBy === 'pbx' ? 'cut short' : (call.status ?? 'no answer')}`;
    });
    return {
        ...{ offered: taken.length, routed: routed.length, fallback: fallback.length, lost: lost.length },
        longest_wait_ms: longest(({ wait_ms }) => wait_ms),
        longest_from_first_ms: longest(({ waitFromFirst_ms }) => waitFromFirst_ms),
        not_taken: not_taken.length,
        lost_how: Object.fromEntries(Object.entries(lostHow).map(([how, calls]) => [how, calls?.length ?? 0])),
    };
}
/** A call whose function fails belongs into the fallback and is counted there. */
function endOf({ kind, call }, down) {
    const { status, isTaken, hungUpBy, begunAt, waitFromFirst_ms } = call;
    // The answer counts: an INVITE that was on its way when Asterisk was told to stop is refused like those after it.
    const isWhileDown = down !== undefined && begunAt + waitFromFirst_ms >= down.from && begunAt <= down.to;
    const isRefused = isWhileDown && REFUSALS.includes(status);
    if (!isTaken || isRefused)
        return 'not_taken';
    if (hungUpBy === 'pbx')
        return 'lost';
    if (status === ANSWER_OF.last)
        return 'fallback';
    return status === ANSWER_OF[kind.flow] ? 'routed' : 'lost';
}
//# sourceMappingURL=counts.js.map