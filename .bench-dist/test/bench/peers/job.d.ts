/** The decision in plain code, without rules in files: the same facts, the same answer. Shared by the peers. */
import { type Landing } from '../calls.js';
/** Every header that the job reads, in the order in which the peers read them. */
export declare const HEADERS: readonly ['From', 'To', 'X-VIP', 'X-Account', 'P-Asserted-Identity', 'Diversion'];
export type Decide = (headers: Readonly<Record<string, string>>, callee: string) => Landing;
export declare function decider(vips: number): Decide;
