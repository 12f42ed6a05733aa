import type { Random } from './random.js';
type Some<T> = readonly [T, ...T[]];
/** What an attack begins with, to look honest. */
declare const LEADS: {
    readonly number: readonly ['1', '2000', '+15557654321', 'sales', '*55', '#1', '5550001111'];
    readonly value: readonly ['gold', '90001', '<sip:+15551234567@x>', '"<sip:+15551234567@x>', 'sip:ceo@x', '+15551234567', ''];
};
/**
 * Texts of the grammar lead · break · action · tail, and of signs and broken bytes in disorder between a lead and a
 * tail. Leads, breaks and actions take turns, so that few texts have each of them.
 *
 * @param mark is in whatever an attack would leave behind; short, since Asterisk cuts dialled numbers at 79 bytes.
 */
export declare function attackTexts(random: Random, mark: string, kind: keyof typeof LEADS, count: number): readonly Buffer[];
/**
 * Texts that do harm wherever somebody evaluates, splits or prints them without care. Those that would leave a trace
 * leave it in a file whose name holds the mark, so that one search tells whether any of them ever worked.
 */
export declare function payloads(folder: string, mark: string): Some<Buffer>;
export {};
