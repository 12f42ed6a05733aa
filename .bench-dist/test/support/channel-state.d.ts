/**
 * Reads the state of a call as the design lays it down, with code of the lab's own: `CONV_STATE` holds base64url
 * JSON, or `parts=<n>;sha256=<hex>` (the beginning of the text's digest) and the text in
 * CONV_STATE_1 … CONV_STATE_n.
 *
 * @param get reads one channel variable; empty where it is not set
 */
export declare function decodeState(get: (name: string) => string | Promise<string>): Promise<unknown>;
