import type { DecisionRecord } from '../../src/history/decision-record.js';
import type { Asterisk } from '../support/asterisk.js';
import { Load } from '../support/calls.js';
import type { LogLine, RunningDoorman } from '../support/doorman.js';
import type { AsteriskInstall } from '../support/install.js';
import { type CallOfKind, type GoingDown } from './counts.js';
import { type FlowName, type Kind } from './flow-files.js';
import { FaultyProxy } from './proxy.js';
/** How an instance is started. */
interface Surroundings {
    readonly settings?: Readonly<Record<string, string>>;
    /** A command that runs Doorman, by its data folder. */
    readonly through?: (data: string) => readonly string[];
    /** The command sends the log to `doorman.log` in the data folder, so that it is not read here. */
    readonly isLogInFile?: boolean;
}
export interface FixtureOptions {
    readonly perSecond: number;
    /** The flow files; `FLOW_FILES` by default. */
    readonly flows?: Readonly<Record<string, string>>;
    /** Of the instances at this PBX; one called `doorman` by default. */
    readonly applications?: readonly string[];
    readonly surroundings?: Surroundings;
    /** Doorman connects to Asterisk without the proxies. */
    readonly isDirect?: boolean;
    /** Text appended to files of Asterisk's configuration. */
    readonly overrides?: Readonly<Record<string, string>>;
}
/** A private Asterisk, one or more instances of Doorman behind proxies that can fail, and callers. */
export declare class Fixture {
    #private;
    private readonly options;
    private readonly parts;
    readonly ari: FaultyProxy;
    readonly ami: FaultyProxy;
    /** What the load consists of, each kind in its turn. */
    kinds: readonly Kind[];
    readonly load: Load<CallOfKind>;
    /** When Asterisk was last told to stop, and when it was gone. */
    wentDown: GoingDown | undefined;
    private constructor();
    /** Sets everything up and starts the instances; cleans up where that fails. */
    static create(install: AsteriskInstall, options: FixtureOptions): Promise<Fixture>;
    get asterisk(): Asterisk;
    /** The folder of the flow files. */
    get flows(): string;
    /** The data folder of an instance. */
    data(application?: string): string;
    /** The instance that runs, or ran last, for an application. */
    doorman(application?: string): RunningDoorman;
    /** The decision records of all instances. */
    get records(): readonly DecisionRecord[];
    /** The log lines of all instances. */
    get lines(): readonly LogLine[];
    /** Processes that should run and do not: a sentence for each. */
    get casualties(): readonly string[];
    /** Starts an instance without waiting for its connections. */
    launch(application?: string, settings?: Readonly<Record<string, string>>): RunningDoorman;
    /** As a supervisor does; resolves when ARI and AMI are connected, unless its log goes to a file. */
    start(application?: string): Promise<void>;
    /** Calls of the current kinds at a rate. */
    newLoad(perSecond: number, most?: number): Load<CallOfKind>;
    /** Milliseconds until a good call of each kind was routed right; undefined where none was for 30 s. */
    routesAgain(): Promise<number | undefined>;
    /** Asterisk refuses new calls, and ends after those that it has. */
    stopGracefully(): Promise<void>;
    /** Takes contexts of flows out of the dialplan, or puts them back in. */
    reloadDialplan(without?: readonly FlowName[]): Promise<void>;
    close(): Promise<void>;
}
export {};
