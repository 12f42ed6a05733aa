import type { AmiSession } from '../asterisk/ami/session.js';
import { type Check } from './check.js';
export declare const AMI: Check;
export declare const AMI_RIGHTS: Check;
/** The second user is optional; one that is given and wrong is a fault. */
export declare const AMI_ADMIN: Check;
export declare const HTTP_SESSIONS: Check;
export declare const WEBSOCKET_TIMEOUT: Check;
export declare function variable(ami: AmiSession, name: string): Promise<string>;
export declare const TIME_ZONE: Check;
