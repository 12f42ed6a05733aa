import { type Pbx } from '../asterisk/pbx.js';
import type { Outcome } from '../history/decision-record.js';
import type { ActiveCall } from './active-call.js';
import type { Destination } from './destination.js';
/** Continues a call in the dialplan and waits until it has left. @returns how it left. */
export declare function continueCall(call: ActiveCall, { location, outcome }: Destination, pbx: Pbx): Promise<Outcome>;
