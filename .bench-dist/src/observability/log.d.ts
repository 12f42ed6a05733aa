import type { Log, LogFields } from '../lib/log.js';
interface Line {
    readonly time: Date;
    readonly level: keyof Log;
    readonly message: string;
    readonly fields: LogFields;
}
declare const FORMATS: {
    readonly json: ({ time, level, message, fields }: Line) => string;
    /** One readable line. A person needs besides the message: problems, what a code flow logged, and `call`. */
    readonly text: ({ time, level, message, fields: { call, details, problems } }: Line) => string;
};
/**
 * Logs to standard output. With `mask`, phone numbers are masked in every line. No part of Doorman passes settings to
 * a log, so that no secret gets here.
 */
export declare function createLog(level: keyof Log, { mask, format }?: {
    readonly mask?: boolean;
    readonly format?: keyof typeof FORMATS;
}): Log;
export {};
