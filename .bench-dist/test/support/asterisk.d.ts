import { type AmiAccess } from './ami-connection.js';
import type { AsteriskInstall } from './install.js';
import { type Instance, type InstanceOptions } from './instance.js';
import type { ObserverAccess } from './observer.js';
/** Starts a private Asterisk on the repository's own configuration; rejects with the tail of its log. */
export declare function startAsterisk(install: AsteriskInstall, options?: InstanceOptions): Promise<Asterisk>;
/** A private Asterisk that is running, with ports and passwords of its own. */
export declare class Asterisk {
    #private;
    readonly install: AsteriskInstall;
    readonly version: string;
    readonly ports: Instance['ports'];
    readonly ari: {
        readonly url: string;
        readonly username: string;
        readonly password: string;
    };
    /** The AMI user with Doorman's own, few rights. */
    readonly ami: AmiAccess;
    /** The tests' own users: their AMI user sees dialplan steps and variables, and may run commands. */
    readonly observer: ObserverAccess;
    readonly softphone: {
        readonly username: string;
        readonly password: string;
    };
    readonly folder: string;
    constructor(install: AsteriskInstall, { folder, ports, passwords }: Instance, leftovers?: readonly string[]);
    /** Changes with `restart`. */
    get pid(): number;
    start(): Promise<void>;
    /** SIGTERM, after 3 s SIGKILL; then the folders go, its own unless DOORMAN_LAB_KEEP=1. */
    stop(): Promise<void>;
    /** Stops and starts it in the same folder, on the same ports; resolves when it is ready again. */
    restart(): Promise<void>;
    /** As a power cut does: SIGKILL. The folder stays; `restart` brings it back, `stop` cleans up. */
    kill9(): Promise<void>;
    /** The last lines of its log. */
    logTail(lines?: number): string;
    /** Runs a console command and returns what it printed. */
    cli(command: string): Promise<string>;
}
