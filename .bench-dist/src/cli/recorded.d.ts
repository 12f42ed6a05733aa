import { type NumberedCall } from '../history/recorded-calls.js';
import type { Settings } from '../settings/index.js';
import { StoreReader } from '../store/store.js';
/** @throws Refusal where there is no database, or this user may not read it. */
export declare function storeIn({ DOORMAN_DATA: data }: Pick<Settings, 'DOORMAN_DATA'>): StoreReader;
/** The visits of a call, the first one first. @throws Refusal where none is recorded. */
export declare function visitsOf(settings: Settings, named: string): Promise<readonly [NumberedCall, ...NumberedCall[]]>;
/** Why there may be no record of a call that there was. */
export declare function notRecorded({ DOORMAN_KEEP_CALLS: days, DOORMAN_MASK_NUMBERS: isMasked }: Settings): string;
/** The record as it may be shown. */
export declare function shown(call: NumberedCall, { DOORMAN_MASK_NUMBERS: isMasked }: Settings): NumberedCall;
