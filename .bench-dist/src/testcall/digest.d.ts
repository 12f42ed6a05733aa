export interface Credentials {
    readonly username: string;
    readonly password: string;
}
/**
 * The Authorization (or Proxy-Authorization) header that answers a digest challenge (RFC 2617 §3.2.2, as SIP
 * uses it in RFC 3261 §22.4). MD5 is what PBXs ask for; other algorithms give undefined.
 */
export declare function answerChallenge(challenge: {
    readonly header: string;
    readonly value: string;
}, { username, password }: Credentials, method: string, uri: string): string | undefined;
