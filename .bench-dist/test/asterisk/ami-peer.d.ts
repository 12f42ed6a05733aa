import { TcpPeer } from './tcp-peer.js';
/** One action as it came in: its `Key: value` lines. */
export type AmiAction = Readonly<Record<string, string>>;
/** An AMI as far as Doorman uses it: it greets, and answers each action as `answer` says. */
export declare function amiPeer(answer: (action: AmiAction) => string | undefined): Promise<TcpPeer>;
