import { createHash } from 'node:crypto';
/**
 * Reads the state of a call as the design lays it down, with code of the lab's own: `CONV_STATE` holds base64url
 * JSON, or `parts=<n>;sha256=<hex>` (the beginning of the text's digest) and the text in
 * CONV_STATE_1 … CONV_STATE_n.
 *
 * @param get reads one channel variable; empty where it is not set
 */
export async function decodeState(get) {
    const head = await get('CONV_STATE');
    if (head === '')
        return undefined;
    const [, count, hash] = /^parts=(\d+);sha256=([0-9a-f]{16,64})/.exec(head) ?? [];
    const text = count === undefined ? head : await joined(get, Number(count));
    if (hash !== undefined && !sha256(text).startsWith(hash)) {
        throw new Error(`The ${count} parts of CONV_STATE do not add up to what its head says.`);
    }
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
}
async function joined(get, count) {
    const names = Array.from({ length: count }, (_, at) => `CONV_STATE_${at + 1}`);
    const parts = await Promise.all(names.map(get));
    return parts.join('');
}
function sha256(text) {
    return createHash('sha256').update(text).digest('hex');
}
//# sourceMappingURL=channel-state.js.map