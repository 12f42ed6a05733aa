import winston from 'winston';
import { safeJson, safeLine } from '../lib/safe-text.js';
import { localTime } from '../lib/time-text.js';
import { maskNumbers, maskText } from './masking.js';
import { BatchedOutput } from './output.js';
const FORMATS = {
    json: ({ time, level, message, fields }) => safeJson({ time: time.toISOString(), level, message, ...fields }),
    /** One readable line. A person needs besides the message: problems, what a code flow logged, and `call`. */
    text: ({ time, level, message, fields: { call, details, problems } }) => {
        const said = Array.isArray(problems) ? problems.join('; ') : details;
        const rest = [said || undefined, call === undefined ? undefined : `(call ${call})`];
        const text = [message, ...rest].filter((part) => part !== undefined).join(' ');
        return `${localTime(time)} ${safeLine(LABELS[level] + text)}`;
    },
};
const LABELS = { error: 'ERROR ', warn: 'Warning: ', info: '', debug: 'debug: ' };
/** Events whose lines hold network addresses, which look like numbers, and no caller. */
const NO_CALLER = new Set([
    ...['connection_up', 'connection_down', 'control', 'control_problem', 'tracing_problem'],
]);
/**
 * Logs to standard output. With `mask`, phone numbers are masked in every line. No part of Doorman passes settings to
 * a log, so that no secret gets here.
 */
export function createLog(level, { mask = false, format = 'json' } = {}) {
    const logger = winston.createLogger({
        level,
        format: winston.format.printf((info) => FORMATS[format](info)),
        transports: [new winston.transports.Stream({ stream: new BatchedOutput(), eol: '\n' })],
    });
    // As one object: beside a message with a `%s` in it, winston takes the fields for its format's and drops them.
    const write = (at) => (text, fields) => {
        const isMasked = mask && !NO_CALLER.has(fields.event);
        logger.log({
            level: at,
            message: isMasked ? maskText(text) : text,
            time: new Date(),
            fields: isMasked ? maskNumbers(fields) : fields,
        });
    };
    return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}
//# sourceMappingURL=log.js.map