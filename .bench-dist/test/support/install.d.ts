/** An Asterisk that the lab can run: out of a Debian root of ours, or the machine's own binary. */
export interface AsteriskInstall {
    /** `22.10.1` */
    readonly version: string;
    /** Program and arguments; the arguments of Asterisk itself follow. */
    readonly command: readonly string[];
    /** The folder of the loadable modules (`astmoddir`). */
    readonly modules: string;
    /** The folder that holds `rest-api`, `documentation` and `sounds`. */
    readonly data: string;
    readonly where: 'root' | 'system';
}
/** Looks at an unpacked Debian root with Asterisk. */
export declare function installInRoot(root: string): Promise<AsteriskInstall>;
/**
 * What runs a program of an unpacked Debian root: the root's own dynamic loader and libraries. No chroot, no mounts, no
 * rights, and the program sees our files and is our child.
 */
export declare function throughLoader(root: string): readonly string[];
/** The Asterisk that the machine has on its PATH, if any; it is only ever run as a private instance. */
export declare function systemAsterisk(): Promise<AsteriskInstall | undefined>;
