/** `event` is stable and says what kind of line it is; docs/reference.md lists all of them. */
export type LogFields = Readonly<Record<string, unknown>> & {
    readonly event: string;
};
/** One line of JSON per message. */
export interface Log {
    error(message: string, fields: LogFields): void;
    warn(message: string, fields: LogFields): void;
    info(message: string, fields: LogFields): void;
    debug(message: string, fields: LogFields): void;
}
