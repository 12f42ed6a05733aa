import type { AmiSession } from '../asterisk/ami/session.js';
/** Which endpoints' contexts lead to the generated ones. */
export declare const ENDPOINTS: import("./check.js").Check;
/** Empty for an endpoint that PJSIP does not know. */
export declare function endpointContext(ami: AmiSession, endpoint: string): Promise<string>;
/** What leads to Doorman: whether a caller could choose the place, and the fallbacks that are named on the way. */
export declare const ENTRIES: import("./check.js").Check;
/** Flows that send their calls to Doorman again. */
export declare const LOOPS: import("./check.js").Check;
