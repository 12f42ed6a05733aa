import { type ChildProcess } from 'node:child_process';
import type { DecisionRecord } from '../../src/history/decision-record.js';
import type { Asterisk } from './asterisk.js';
/** One line of Doorman's log. */
export interface LogLine {
    readonly level: string;
    readonly message: string;
    readonly event?: string;
    readonly [key: string]: unknown;
}
/** The settings that lead to a private Asterisk. */
export declare function settingsFor(asterisk: Asterisk): Record<string, string>;
/** The command line of the `doorman` that was compiled together with this file. */
export declare const DOORMAN: readonly [string, string];
/**
 * Starts `doorman run` without waiting for anything.
 * @param through a command that runs the one behind it, for other surroundings than ours
 */
export declare function launchDoorman(settings: Readonly<Record<string, string>>, through?: readonly string[]): RunningDoorman;
/** The dialplan as an admin gets it from `doorman dialplan`, or from another command line. */
export declare function generatedDialplan(flows: string, settings?: Readonly<Record<string, string>>, [node, ...args]?: readonly string[]): string;
/** A Doorman that runs as its users run it: `doorman run` in a process of its own. */
export declare class RunningDoorman {
    #private;
    readonly child: ChildProcess;
    /** Every line so far. */
    readonly lines: LogLine[];
    /** What was no JSON line, stderr included. */
    noise: string;
    constructor(child: ChildProcess);
    get pid(): number;
    /** Resolves with the first line, past or to come, for which `test` is true. */
    line(what: string, test: (line: LogLine) => boolean, limitMs?: number): Promise<LogLine>;
    /**
     * The first line with this event and these values.
     * @param from passes over so many lines from the beginning of the log
     */
    event(event: string, values?: object, { limitMs, from }?: {
        from?: number | undefined;
        limitMs?: number | undefined;
    }): Promise<LogLine>;
    /** Resolves when ARI and AMI are connected; with `from`, again. */
    connected({ limitMs, from }?: {
        from?: number | undefined;
        limitMs?: number | undefined;
    }): Promise<void>;
    /** The decision record of the call with this SIP Call-ID. */
    record(sipCallId: string, limitMs?: number): Promise<DecisionRecord>;
    /** Its decision records so far. */
    get records(): readonly DecisionRecord[];
    /** Those of one call, as soon as there are so many: a record is written after its call has left. */
    decisions(sipCallId: string, count: number): Promise<readonly DecisionRecord[]>;
    signal(signal: NodeJS.Signals): void;
    /** SIGTERM; resolves with the exit code. */
    stop(): Promise<number | undefined>;
    /** The exit code of one that was told to stop: while Node exits, a further signal would kill it. */
    exit(): Promise<number | undefined>;
}
export interface View {
    readonly status: number;
    readonly text: string;
}
/** What the Doorman beside this Asterisk answers without a token. Rejects where nothing listens. */
export declare function view(asterisk: Asterisk, path: '/metrics' | '/ready' | '/live'): Promise<View>;
