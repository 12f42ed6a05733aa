/** How a call really left Doorman: the closed list that is also the only set of labels in logs and metrics. */
export const OUTCOMES = {
    routed: 'it went on to its flow, with its state',
    routed_without_state: 'the same, but its variables could not all be set',
    fallback_unread: 'the channel could not be read; it went to `otherwise`',
    fallback_function: 'its code flow failed; it went to `otherwise`',
    fallback_place: 'the location of its flow is not in the dialplan, or is too long; it went to the fallback',
    fallback_error: 'Doorman failed; it went to the fallback',
    fallback_stopping: 'Doorman was told to stop at once; it went to the fallback',
    taken_out: 'the time limit of the dialplan took it to the fallback before Doorman was done',
    fallback_visits: 'it came back too often (10 times in 30 s, 100 in all); it went to the fallback',
    hung_up: 'the caller hung up first',
    undecidable: 'Asterisk could not hand the call over whole; it went to the flow under `undecidable`',
    unconfirmed: 'Asterisk did not say that the call left, or whether Doorman or the time limit was first',
};
/**
 * A record is one log line. Up to this many rules, each has its reason in it. With more rules only those have one
 * that the index does not pass over, and of these the last before the match.
 */
export const MOST_REASONS = 200;
export function shortened(reasons) {
    const omitted = Math.max(0, reasons.length - MOST_REASONS);
    return { reasons: reasons.slice(omitted), reasonsOmitted: omitted };
}
/** Outcomes that are as they should be; all others are warnings. */
export const EXPECTED = new Set(['routed', 'hung_up', 'fallback_stopping']);
//# sourceMappingURL=decision-record.js.map