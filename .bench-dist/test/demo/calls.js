import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { placeCall } from '../support/calls.js';
import { decodeState } from '../support/channel-state.js';
import { repositoryFolder } from '../support/lab-folder.js';
/** In the order of the table. */
export const CALLS = parse(readFileSync(join(repositoryFolder(), 'test/demo/calls.yaml'), 'utf8'));
/** Places a call and says where the PBX put it. Never rejects. */
export async function place(call, { asterisk, observer, doorman }) {
    const names = Object.keys(call.headers);
    try {
        const options = { from: call.from, to: call.to, trunk: call.trunk, headers: Object.entries(call.headers) };
        const { callId } = await placeCall(asterisk, options);
        const { context, variables } = await observer.result(callId, 5_000);
        const state = await decodeState((name) => variables[name] ?? '');
        const record = await doorman.record(callId, 2_000).catch(() => undefined);
        const reached = { context, rule: variables.DOORMAN_RULE ?? '', state };
        return { call, reached, hearsay: record === undefined ? [] : hearsayIn(record, names), error: undefined };
    }
    catch (error) {
        return { call, reached: undefined, hearsay: [], error: error.message };
    }
}
/** The headers that a reason of the record looked at and did not trust. */
function hearsayIn({ reasons }, names) {
    const untrusted = reasons.filter(({ trusted, value }) => !trusted && value !== null);
    return names.filter((name) => untrusted.some(({ condition }) => new RegExp(`\\b${name}\\b`, 'i').test(condition)));
}
/** Whether the call reached its context, by its rule, with its state. */
export function isOk({ call: { expected }, reached }) {
    const { context, rule, state } = expected;
    return reached?.context === context && reached.rule === rule && holds(reached.state, state);
}
/** Whether a value has all that is wanted, at any depth; it may have more. */
function holds(value, wanted) {
    if (wanted === null)
        return value === undefined || value === null;
    if (!isRecord(wanted))
        return isDeepStrictEqual(value, wanted);
    return isRecord(value) && Object.entries(wanted).every(([key, part]) => holds(value[key], part));
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
//# sourceMappingURL=calls.js.map