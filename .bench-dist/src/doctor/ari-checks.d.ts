import { type AriAccess } from '../asterisk/ari/http.js';
import { type Ari, type Check, type Result } from './check.js';
/** @throws Error with a sentence that says why ARI cannot be used and what to do. */
export declare function connectAri(access: AriAccess): Promise<Ari>;
/** Names of the PJSIP endpoints that ARI lists, sorted. */
export declare function pjsipEndpoints(ari: Ari): Promise<readonly string[]>;
export declare const ARI: Check;
export declare const ARI_RIGHTS: Check;
export declare const MODULES: Check;
export declare const CLOCK: Check;
export declare const VERSION: Check;
/** A distribution mends problems in builds that keep the version, such as 22.10.0+dfsg-2. */
export declare function checkSecurity(text: string): readonly Result[];
export declare function checkVersion(text: string): Result;
