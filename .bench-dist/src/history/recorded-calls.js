import { SipHeaders } from '../sip/headers.js';
/** A call for the database. */
export function storedCall(facts, decided) {
    const { at, call, sipCallId, callerNumber, calleeNumber, rule, flow, outcome } = decided;
    const { callerId, dialled, headers, verification = null, state } = facts;
    const record = {
        ...decided,
        headers: headers.toList(),
        callerId: { number: callerId.number, name: callerId.name },
        dialled,
        verification,
        ...(Object.keys(state).length === 0 ? {} : { state }),
    };
    return {
        at: Date.parse(at),
        ...{ channelId: call, sipCallId, caller: callerNumber, callee: calleeNumber, rule, flow, outcome },
        record: JSON.stringify(record),
    };
}
/** The facts of a recorded call, to be decided again. */
export function factsOfCall(record) {
    return {
        trunk: record.trunk ?? undefined,
        callerId: record.callerId,
        dialled: record.dialled,
        headers: new SipHeaders(record.headers),
        verification: record.verification ?? undefined,
        state: record.state ?? {},
    };
}
/** How many calls are read at once: some megabytes. */
const PAGE = 500;
/**
 * The newest recorded calls that match, newest first, read as they are iterated. Iterating rejects with StoreError
 * where the database cannot be read.
 */
export async function* findCalls(store, { limit, ...query }) {
    let { before = Number.MAX_SAFE_INTEGER } = query;
    for (let left = limit; left > 0; left -= PAGE) {
        const page = await store.findCalls({ ...query, before, limit: Math.min(left, PAGE) });
        for (const call of page)
            yield* parsed(call);
        if (page.length < PAGE)
            return;
        before = page.at(-1)?.id ?? 0;
    }
}
/** SQLite has no checksums: a record that a failing disk has changed is passed over. */
function parsed({ id, record }) {
    try {
        return [{ ...JSON.parse(record), number: id }];
    }
    catch {
        return [];
    }
}
/** A call that enters Stasis again has a record for each visit; so many are found at the most. */
const MOST_VISITS = 100;
/**
 * The visits of a call to Doorman, the first one first; empty where none is recorded.
 * @param named the unique id of its channel, its SIP Call-ID, its number, or `last` for the newest call
 */
export async function findVisits(store, named) {
    const find = (query, limit = MOST_VISITS) => Array.fromAsync(findCalls(store, { ...query, limit }));
    for (const query of [{ channelId: named }, { sipCallId: named }]) {
        const visits = await find(query);
        if (visits.length > 0)
            return visits.reverse();
    }
    if (named !== 'last' && !/^\d{1,15}$/.test(named))
        return [];
    const [call] = await find(named === 'last' ? {} : { id: Number(named) }, 1);
    return call === undefined ? [] : (await find({ channelId: call.call })).reverse();
}
//# sourceMappingURL=recorded-calls.js.map