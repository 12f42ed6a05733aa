import { type Asterisk } from '../support/asterisk.js';
import type { BenchOptions } from './options.js';
import type { SystemName } from './systems.js';
/** What all systems share: one private Asterisk, and the flow files. */
export declare class Fixture {
    readonly asterisk: Asterisk;
    readonly agiPort: number;
    readonly vips: number;
    /** By state: without, and different for each call. */
    private readonly flows;
    private readonly before;
    private readonly say;
    private constructor();
    static create(options: BenchOptions, say: (line: string) => void): Promise<Fixture>;
    flowsOf(system: SystemName): string;
    /** The command line of Doorman, or of the one of an earlier commit. */
    doormanOf(system: SystemName): readonly string[];
    /**
     * Restarts Asterisk with the dialplan that this system's Doorman generates. Each turn begins so: for half a minute
     * after an overload Asterisk keeps transactions and takes twice as long for a call.
     */
    renew(system: SystemName): Promise<void>;
    /** Waits until Asterisk has no channel; restarts it where some stay or where it has died. */
    settle(): Promise<void>;
    stop(): Promise<void>;
}
