import { randomBytes } from 'node:crypto';
export const token = () => randomBytes(8).toString('hex');
/** Compact forms of header names (RFC 3261 §7.3.3). */
const COMPACT = {
    via: 'v',
    from: 'f',
    to: 't',
    'call-id': 'i',
    contact: 'm',
};
const patterns = new Map();
/** The lines of a header, folded ones included; the value is the first group. */
function patternOf(name) {
    const known = patterns.get(name);
    if (known !== undefined)
        return known;
    const pattern = new RegExp(`^(?:${name}|${COMPACT[name] ?? name})[ \\t]*:(.*(?:\\r\\n[ \\t].*)*)`, 'gim');
    patterns.set(name, pattern);
    return pattern;
}
/** As much of a SIP message (RFC 3261 §7) as a caller reads, when it reads it. Bytes are kept as Latin-1. */
export class SipMessage {
    /** 0 for a request. */
    status;
    reason;
    /** The method of a request, or of the request that a response answers. */
    method;
    callId;
    #head;
    constructor(head, [, method, status = '0', reason = '']) {
        this.#head = head;
        this.status = Number(status);
        this.reason = reason;
        this.method = method ?? this.header('cseq').split(/\s+/)[1] ?? '';
        this.callId = this.header('call-id');
    }
    /** Reads one datagram; undefined for what is no SIP message. */
    static parse(bytes) {
        const text = bytes.toString('latin1');
        const start = /^(?:([A-Z]+) .+ SIP\/2\.0|SIP\/2\.0 (\d{3}) ?(.*))\r\n/.exec(text);
        const end = text.indexOf('\r\n\r\n');
        return start === null ? undefined : new SipMessage(end < 0 ? text : text.slice(0, end), start);
    }
    /** The value of the first header of this name, which is in lower case; empty where there is none. */
    header(name) {
        const pattern = patternOf(name);
        pattern.lastIndex = 0;
        return pattern.exec(this.#head)?.[1]?.trim() ?? '';
    }
    /** The lines of these headers, which a request or response of the same call repeats. */
    lines(...names) {
        return names.flatMap((name) => this.#head.match(patternOf(name)) ?? []);
    }
    get cseq() {
        return Number.parseInt(this.header('cseq'), 10);
    }
    /** The URI of the Contact, to which later requests of the dialog go. */
    get contact() {
        return /<([^>]+)>/.exec(this.header('contact'))?.[1];
    }
}
export const sipUri = (numberOrUri, host) => /^(sips?|tel):/i.test(numberOrUri) ? numberOrUri : `sip:${numberOrUri}@${host}`;
/** An INVITE (RFC 3261 §13.2.1) with an offer of one G.711 stream that sends nothing (RFC 3264). */
export function formatInvite(parts, ids, authorization) {
    const { from, to, displayName = '', headers = [] } = parts;
    const [host = ''] = ids.local.split(':');
    const given = (name) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
    const display = displayName === '' ? '' : `"${displayName.replace(/["\\]/g, '\\$&')}" `;
    const sdp = ['v=0', `o=doorman 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0']
        .concat(['m=audio 9 RTP/AVP 0', 'a=inactive', ''])
        .join('\r\n');
    return format(`INVITE ${sipUri(to, ids.target)} SIP/2.0`, [
        `Via: SIP/2.0/UDP ${ids.local};rport;branch=${ids.branch}`,
        'Max-Forwards: 70',
        `From: ${given('from') ?? `${display}<${sipUri(from, host)}>`};tag=${ids.tag}`,
        `To: ${given('to') ?? `<${sipUri(to, ids.target)}>`}`,
        `Call-ID: ${ids.callId}`,
        `CSeq: ${ids.cseq} INVITE`,
        `Contact: <sip:doorman@${ids.local}>`,
        'Allow: INVITE, ACK, CANCEL, BYE',
        ...(authorization === undefined ? [] : [authorization]),
        ...headers.filter(([name]) => !/^(from|to)$/i.test(name)).map(([name, value]) => `${name}: ${value}`),
        'Content-Type: application/sdp',
        ...[`Content-Length: ${sdp.length}`, '', sdp],
    ]);
}
/**
 * A request of the same call as a message, whose From, To and Call-ID it repeats.
 * @param via the value of a Via of its own; without it that of the message, as its transaction demands
 */
export function formatRequest(method, uri, of, { via, cseq = of.cseq } = {}) {
    const vias = via === undefined ? of.lines('via') : [`Via: ${via}`];
    const own = ['Max-Forwards: 70', `CSeq: ${cseq} ${method}`, 'Content-Length: 0', '', ''];
    return format(`${method} ${uri} SIP/2.0`, [...vias, ...of.lines('from', 'to', 'call-id'), ...own], 'latin1');
}
/** The response to a request of the PBX, with what it repeats (RFC 3261 §8.2.6.2). */
export function formatOk(request) {
    const repeated = request.lines('via', 'from', 'to', 'call-id', 'cseq');
    return format('SIP/2.0 200 OK', [...repeated, 'Content-Length: 0', '', ''], 'latin1');
}
function format(start, lines, encoding = 'utf8') {
    return Buffer.from([start, ...lines].join('\r\n'), encoding);
}
//# sourceMappingURL=sip-message.js.map