import type { DialplanLocation, SharedVariables } from '../pbx.js';
/** The generated context that every decided call goes through on its way to its flow. */
export declare const GO_CONTEXT = "doorman-go";
export declare const FALLBACK: DialplanLocation;
/** Whether a dialled number may be an extension: it has no character with a meaning for the dialplan's parser. */
export declare function isCleanExtension(dialled: string): boolean;
/** The numbers of a call, which travel with its destination where they are E.164. */
export interface CallNumbers {
    readonly caller: string;
    readonly callee: string;
}
/**
 * The destination of a call travels in the extension of `doorman-go`, so that the call reaches its flow even if no
 * variable could be set: `=^+15551234567^+15557654321^vip-support,s,1`, or `*a1b2c3d^+1555…` with the name of a set of
 * shared variables. Undefined for a location that does not fit or has other characters: only the fallback is safe then.
 */
export declare function encodeDestination({ context, extension, priority }: DialplanLocation, numbers: CallNumbers, shared?: SharedVariables): DialplanLocation | undefined;
