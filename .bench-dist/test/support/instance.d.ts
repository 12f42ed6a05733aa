import type { AsteriskInstall } from './install.js';
/** What a test may choose about its private Asterisk. */
export interface InstanceOptions {
    /** Dialplan text of this test, after the repository's own. */
    readonly extraDialplan?: string;
    /** True where that text is all of extensions.conf. */
    readonly isDialplanAlone?: boolean;
    /** What `doorman dialplan` generates; becomes `extensions_doorman.conf`. */
    readonly generatedDialplan?: string;
    /** True where so many calls come that a log line for each of their steps would be most of the work. */
    readonly isQuiet?: boolean;
    /** Text put behind a file, by its name: `{ 'stir_shaken.conf': '…' }`. Files that the lab doesn't know are made. */
    readonly overrides?: Readonly<Record<string, string>>;
    /** Asterisk's configuration in place of the repository's own, with the users `observer` that the tests need. */
    readonly configuration?: (instance: Instance) => Readonly<Record<string, string>>;
    /** Folders that go when this Asterisk does, in whatever way it ends. */
    readonly leftovers?: readonly string[];
}
/** The folder, ports and passwords of one private Asterisk. */
export interface Instance {
    readonly folder: string;
    readonly ports: {
        readonly sip: number;
        readonly http: number;
        readonly ami: number;
    };
    /** Of the ARI and AMI user `doorman`, of the ARI and AMI user `observer`, and of the softphone 1001. */
    readonly passwords: {
        readonly ari: string;
        readonly ami: string;
        readonly observer: string;
        readonly phone: string;
    };
}
/** Chooses ports and passwords and writes the folder. Nothing in it is shared with another instance. */
export declare function writeInstance(install: AsteriskInstall, options: InstanceOptions): Promise<Instance>;
