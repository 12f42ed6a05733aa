import { type ChildProcess } from 'node:child_process';
export interface Ending {
    readonly exit: number | null;
    readonly out: string;
    readonly err: string;
}
export type Env = Readonly<Record<string, string>>;
/** A `doorman` that runs, in an empty folder and with no settings but these. */
export declare class RunningCommand {
    #private;
    readonly child: ChildProcess;
    out: string;
    err: string;
    constructor(args: readonly string[], env?: Env);
    /** The lines of the log so far. */
    get lines(): readonly Readonly<Record<string, unknown>>[];
    /** Resolves when the log has so many lines of an event. */
    heard(event: string, count?: number): Promise<void>;
    /** Waits for its end. Fails where it shows a stack trace, which no command ever does. */
    ending(limitMs?: number): Promise<Ending>;
}
/**
 * Runs `doorman` to its end, in a process that other commands of the same test file have run in.
 * @param columns the width of the terminal that its output goes to, if it goes to one
 */
export declare function doorman(args: readonly string[], env?: Env, columns?: number): Promise<Ending>;
