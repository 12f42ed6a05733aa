import { rawInvite } from '../support/calls.js';
import { quoted } from './attackers.js';
/** What UDP carries over IPv4 in one datagram. */
const MOST_BYTES = 65_507;
const READ = ['X-Note', 'X-VIP', 'P-Asserted-Identity', 'Diversion', 'X-Account'];
const OTHERS = 'Subject User-Agent Reason Privacy Identity History-Info Supported x s'.split(' ');
const SIZES = [255, 1_023, 1_300, 4_095, 4_096, 8_192, 16_384, 32_000, 60_000];
const TWICE = [
    'From: <sip:1@x>;tag=2',
    'To: <sip:1@x>',
    'CSeq: -1 INVITE',
    'Call-ID: x',
    'Via: x',
    'Max-Forwards: 0',
];
const FOLDS = ['\r\n ', '\r\n\t', '\n ', '\r ', '\r\n'];
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const add = (message, ...parts) => void message.headers.push(bytes(...parts));
const address = (before) => bytes(before, ' <sip:+15551234567@carrier.example>');
const maybeEncoded = (payload, random) => (random.chance(0.5) ? payload : allEncoded(payload));
/** Every way in which a caller may leave the path; several may be taken with one message. */
const MUTATIONS = [
    (message, payload, random) => add(message, random.pick(READ), ': ', payload),
    (message, payload, random) => void message.headers.unshift(bytes(random.pick(READ), ': ', payload)),
    (message, payload, random) => add(message, random.pick(OTHERS), ': ', payload),
    (message, payload) => add(message, 'X-', payload, ': gold'),
    (message, payload) => add(message, payload, ': gold'),
    (message, _payload, random) => add(message, `X-${'n'.repeat(random.pick(SIZES))}: gold`),
    (message, payload) => {
        message.from = address(quoted(payload));
    },
    (message, payload) => {
        message.from = address(payload);
    },
    (message, payload, random) => {
        message.from = bytes('<sip:', maybeEncoded(payload, random), '@carrier.example>');
    },
    (message, payload, random) => {
        message.to = bytes(random.pick(['', '1', 'sales']), maybeEncoded(payload, random));
    },
    (message, payload, random) => {
        message.callId = random.chance(0.5) ? bytes(payload, message.callId) : bytes(message.callId, payload);
    },
    (message, payload, random) => {
        const filler = Buffer.alloc(random.pick(SIZES), payload.length === 0 ? 'x' : payload);
        add(message, random.pick(READ), ': ', filler);
    },
    (message, payload, random) => {
        const name = random.pick(READ);
        for (let count = random.below(60); count > 0; count--)
            add(message, name, ': ', payload);
    },
    (message, _payload, random) => {
        for (let count = random.below(300); count > 0; count--)
            add(message, `X-H${count}: ${count}`);
    },
    (message, payload, random) => {
        const fold = random.pick(FOLDS);
        add(message, random.pick(READ), fold, ':', fold, payload, fold, 'more');
    },
    (message, _payload, random) => {
        message.lineEnd = random.pick(['\n', '\r', '\r\n\r\n', '\n\r']);
    },
    (message, _payload, random) => {
        message.contentLength = random.pick(['0', '-1', '4294967295', '999999', '1', 'x', '']);
    },
    (message, _payload, random) => add(message, random.pick(TWICE)),
];
/** One message that was an ordinary call before it was changed in one to four ways. */
export function hostile(random, payloads, id, local) {
    const from = `"Ada" <sip:+1555${String(random.below(10_000_000)).padStart(7, '0')}@carrier.example>`;
    const message = {
        to: bytes(random.pick(['1000', '2000', '+15557654321', 'sales'])),
        ...{ from: bytes(from), callId: bytes(`${id}@hostile`) },
        headers: ['X-Note: hello', 'X-VIP: gold', 'User-Agent: lab'].map((line) => bytes(line)),
    };
    for (let count = 1 + random.below(4); count > 0; count--)
        random.pick(MUTATIONS)(message, random.pick(payloads), random);
    const whole = rawInvite(message, { callId: id, tag: id, branch: `z9hG4bK${id}`, cseq: 1, local });
    return (random.chance(0.15) ? damage(whole, random) : whole).subarray(0, MOST_BYTES);
}
/** Turns some bytes into others, or cuts the end off. */
function damage(whole, random) {
    if (random.chance(0.3))
        return whole.subarray(0, random.below(whole.length));
    const copy = Buffer.from(whole);
    for (let count = 1 + random.below(20); count > 0; count--)
        copy[random.below(copy.length)] = random.below(256);
    return copy;
}
function allEncoded(payload) {
    return [...payload].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
//# sourceMappingURL=mutate.js.map