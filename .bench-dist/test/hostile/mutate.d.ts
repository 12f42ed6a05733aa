import type { Random } from './random.js';
type Payloads = readonly [Buffer, ...Buffer[]];
/** One message that was an ordinary call before it was changed in one to four ways. */
export declare function hostile(random: Random, payloads: Payloads, id: string, local: string): Buffer;
export {};
