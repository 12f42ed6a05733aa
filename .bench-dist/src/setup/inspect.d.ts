import { type AsteriskConfig } from './asterisk-config.js';
import type { Console } from './console.js';
import { type Endpoint } from './endpoints.js';
import { type FileState } from './files.js';
/** The files of Asterisk's that setup adds to. */
export declare const ASTERISK_FILES: readonly ['http.conf', 'ari.conf', 'manager.conf', 'extensions.conf'];
export type AsteriskFile = (typeof ASTERISK_FILES)[number];
/** Files of setup's own, beside Asterisk's. */
export declare const OWN_FILES: {
    readonly ari: 'ari_doorman.conf';
    readonly manager: 'manager_doorman.conf';
    readonly dialplan: 'extensions_doorman.conf';
};
export interface Identity {
    readonly uid: number;
    readonly gid: number;
}
/** An Asterisk, as far as Doorman has to do with it, and as it is without what setup has added. */
export interface Findings {
    /** The folder of its configuration. */
    readonly folder: string;
    /** `22.10.1`; undefined where it cannot be told. */
    readonly version: string | undefined;
    readonly isRunning: boolean;
    /** As which user it runs, and so reads its files. */
    readonly runsAs: Identity;
    readonly isFreePbx: boolean;
    readonly configs: Readonly<Record<AsteriskFile, AsteriskConfig>>;
    /** Where setup adds its lines for each of them: its name in `folder`, and the file with all that it has now. */
    readonly targets: Readonly<Record<AsteriskFile, {
        readonly name: string;
        readonly state: FileState | undefined;
    }>>;
    readonly endpoints: readonly Endpoint[];
    /** Names of the modules that run; undefined where none can be asked. */
    readonly modules: ReadonlySet<string> | undefined;
    /** What must be mended first, a line each: with it, changes would have no effect or do harm. */
    readonly faults: readonly string[];
}
/** Looks at the configuration in `folder`, and at its Asterisk if it runs. Changes nothing. */
export declare function inspect(folder: string, console: Console, forFreePbx: boolean): Promise<Findings>;
/** Of two, the one that Asterisk reads. */
export declare function general(config: AsteriskConfig): import("./asterisk-config.js").ConfigSection | undefined;
export interface Server {
    readonly isOn: boolean;
    /** Undefined if none is given. */
    readonly address: string | undefined;
    readonly port: number;
}
/** Asterisk's HTTP server; it does not listen without a bindaddr (16.28, 22.10). */
export declare function httpServer({ configs }: Findings): Server;
/** The manager interface; it listens on all addresses without a bindaddr. */
export declare function amiServer({ configs }: Findings): Server;
/** The address at which a program on this machine reaches a server. */
export declare function localAddress({ isOn, address }: Server): string;
/** From /etc/passwd; undefined if there is no such user. */
export declare function userNamed(name: string | undefined): Identity | undefined;
