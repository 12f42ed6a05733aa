import { type Asterisk } from './asterisk.js';
import { type RunningDoorman } from './doorman.js';
import { type FlowFiles } from './flow-folder.js';
import type { AsteriskInstall } from './install.js';
type Settings = Readonly<Record<string, string>>;
export interface LabOptions {
    /** The flow files; the repository's own `flows` by default. */
    readonly flows?: FlowFiles | undefined;
    /** Dialplan of the test, after the repository's own. */
    readonly dialplan?: string;
    /** True where that is all of extensions.conf, without the sample. */
    readonly isDialplanAlone?: boolean;
    /** Settings of each instance beside those that lead to this Asterisk and these flow files. */
    readonly settings?: Settings;
    /** Text put behind a file of Asterisk's configuration, by its name. */
    readonly overrides?: Settings | undefined;
    /** Changes what `doorman dialplan` generates. */
    readonly editDialplan?: (text: string) => string;
    /** True where so many calls come that a log line for each of their steps would be most of the work. */
    readonly isQuiet?: boolean;
}
/** A private Asterisk with the dialplan that Doorman generates, flow files, and instances of Doorman beside it. */
export declare class Lab {
    #private;
    readonly asterisk: Asterisk;
    /** The folder of the flow files. */
    readonly flows: string;
    private readonly settings;
    private constructor();
    /** Starts Asterisk, and no Doorman. */
    static start(install: AsteriskInstall, options: LabOptions): Promise<Lab>;
    /**
     * Starts an instance without waiting for anything.
     * @param through a command that runs the one behind it
     */
    launch(settings?: Settings, through?: readonly string[]): RunningDoorman;
    /** Starts an instance, and resolves when it is connected. */
    startDoorman(settings?: Settings): Promise<RunningDoorman>;
    /** Stops all instances, also those that are stopped by SIGSTOP. */
    stopDoorman(): Promise<void>;
    /** Writes a flow file as a careful editor does: whole, under its name in one step. */
    put(name: string, text: string): void;
    stop(): Promise<void>;
}
export {};
