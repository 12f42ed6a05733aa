import { hash, randomBytes } from 'node:crypto';
const md5 = (text) => hash('md5', text);
/**
 * The Authorization (or Proxy-Authorization) header that answers a digest challenge (RFC 2617 §3.2.2, as SIP
 * uses it in RFC 3261 §22.4). MD5 is what PBXs ask for; other algorithms give undefined.
 */
export function answerChallenge(challenge, { username, password }, method, uri) {
    const asked = parameters(challenge.value);
    if ((asked.algorithm ?? 'MD5').toUpperCase() !== 'MD5')
        return undefined;
    const { realm = '', nonce = '', opaque, qop } = asked;
    const first = md5(`${username}:${realm}:${password}`);
    const second = md5(`${method}:${uri}`);
    const cnonce = randomBytes(8).toString('hex');
    const withQop = qop?.split(',').some((word) => word.trim() === 'auth') === true;
    const response = md5(withQop ? `${first}:${nonce}:00000001:${cnonce}:auth:${second}` : `${first}:${nonce}:${second}`);
    const fields = [
        `username="${username}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=MD5`,
        ...(withQop ? [`qop=auth, nc=00000001, cnonce="${cnonce}"`] : []),
        ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ];
    const name = challenge.header === 'proxy-authenticate' ? 'Proxy-Authorization' : 'Authorization';
    return `${name}: Digest ${fields.join(', ')}`;
}
function parameters(challenge) {
    const found = challenge.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/gi);
    return Object.fromEntries([...found].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));
}
//# sourceMappingURL=digest.js.map