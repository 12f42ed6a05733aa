import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { rawInvite, runCall, userAgent } from '../support/calls.js';
const text = (value) => Buffer.from(value);
const around = (before, value, after) => Buffer.concat([text(before), value, text(after)]);
/** Every place where a caller's text goes in, by what a text makes of it there. */
export const PLACES = {
    'the display name': (name) => ({ name }),
    'the caller number': (user) => ({ user }),
    'P-Asserted-Identity': (value) => ({ headers: [['P-Asserted-Identity', value]] }),
    'the name in P-Asserted-Identity': (value) => ({
        headers: [['P-Asserted-Identity', around('', quoted(value), ' <sip:+15559990000@x>')]],
    }),
    'the name in Diversion': (value) => ({
        headers: [['Diversion', around('', quoted(value), ' <sip:+15550002222@x>;reason=unconditional')]],
    }),
    Diversion: (value) => ({ headers: [['Diversion', value]] }),
    'X-VIP': (value) => ({ headers: [['X-VIP', value]] }),
    'X-Account': (value) => ({ headers: [['X-Account', value]] }),
    'X-Note': (value) => ({ headers: [['X-Note', value]] }),
    'the parameter verstat': (value) => ({
        headers: [['P-Asserted-Identity', around('<sip:+15559990000@x;verstat=', value, '>')]],
    }),
    'the Call-ID': (callId) => ({ callId }),
};
/** RFC 3261 §25.1: a quoted string, with quotes and backslashes in it escaped. */
export function quoted(value) {
    return Buffer.from(`"${value.toString('latin1').replace(/["\\]/g, '\\$&')}"`, 'latin1');
}
/** As PJSIP itself writes a user part (RFC 3261 §25.1: unreserved and user-unreserved stay as they are). */
function percentEncoded(value) {
    const parts = [...value].map((byte) => {
        const sign = String.fromCharCode(byte);
        return /[0-9A-Za-z\-_.!~*'()&=+$,;?/]/.test(sign) ? sign : `%${byte.toString(16).padStart(2, '0')}`;
    });
    return Buffer.from(parts.join(''));
}
/** The endpoints that attacks come from. */
export const ENDPOINTS = ['carrier-a', 'carrier-b', 'anonymous'];
/** Takes the calls that no other endpoint identifies. */
export const ANONYMOUS_ENDPOINT = `
[anonymous]
type = endpoint
transport = transport-udp
context = from-trunk
disallow = all
allow = ulaw,alaw
`;
const LIMIT_MS = 4_000;
const HONEST = { dialled: Buffer.from('5550001111'), user: Buffer.from('+15559990000') };
/** What Asterisk takes of a user, in bytes. It drops the parameters, and tells no number that is no UTF-8. */
const MOST_BYTES = 79;
function callerIdOf({ user = HONEST.user, name = Buffer.of() }) {
    const number = Buffer.from(user.subarray(0, MOST_BYTES).toString('latin1').split(';')[0] ?? '', 'latin1');
    return { number: isUtf8(number) ? number.toString() : '', name: name.toString() };
}
/** What is behind the fourth closing parenthesis of a value is read over ARI, for which it has to be UTF-8. */
function isWhole(value) {
    const rest = value.toString('latin1').split(')').slice(4).join(')');
    return isUtf8(Buffer.from(rest, 'latin1'));
}
/** A user agent at each endpoint. */
export class Attackers {
    agents;
    constructor(agents) {
        this.agents = agents;
    }
    static async open(asterisk) {
        const agents = ENDPOINTS.map(async (endpoint) => [endpoint, await userAgent(asterisk, endpoint)]);
        return new Attackers(Object.fromEntries(await Promise.all(agents)));
    }
    close() {
        for (const agent of Object.values(this.agents))
            agent.close();
    }
    /** Resolves when the call is over. */
    async send(attack, endpoint) {
        const id = randomBytes(6).toString('hex');
        const { dialled, user, headers = [] } = { ...HONEST, ...attack };
        const name = attack.name === undefined ? '' : `${quoted(attack.name).toString('latin1')} `;
        const from = Buffer.from(`${name}<sip:${percentEncoded(user)}@lab.example>`, 'latin1');
        const callId = Buffer.concat([attack.callId ?? Buffer.of(), Buffer.from(`${id}@lab`)]);
        const lines = [...headers, ['X-Attack', Buffer.from(id)]];
        const invite = {
            ...{ to: percentEncoded(dialled), from, callId },
            headers: lines.map(([key, value]) => Buffer.concat([Buffer.from(`${key}: `), value])),
        };
        const call = this.agents[endpoint].call({
            ...{ from: '', to: '', callId: callId.toString('latin1') },
            invite: (ids) => rawInvite(invite, { ...ids, tag: id }),
        });
        await runCall(call, { patience_ms: LIMIT_MS });
        // PJSIP writes a percent sign of a user as it is.
        const shown = from.toString().replace(/<sip:.*$/, (uri) => uri.replaceAll('%25', '%'));
        return {
            ...{ endpoint, attack, id, dialled: dialled.toString(), callerId: callerIdOf(attack) },
            headers: [
                ['From', `${shown};tag=${id}`],
                ...headers.map(([key, value]) => [key, value.toString()]),
            ],
            isDecidable: isUtf8(callId) &&
                /^[0-9A-Za-z+*#._-]+$/.test(dialled.toString()) &&
                [from, ...headers.map(([, value]) => value)].every(isWhole),
        };
    }
}
//# sourceMappingURL=attackers.js.map