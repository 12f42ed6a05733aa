import type { Console } from '../../src/setup/console.js';
import { type Prepared } from '../../src/setup/prepare.js';
import { type Undo } from '../../src/setup/undo.js';
import { type Files } from './archive.js';
/** What a file system says of a file, for comparing byte for byte with owner and mode. */
export interface Snapshot {
    readonly [path: string]: readonly [content: string, uid: number, gid: number, mode: number];
}
/** A folder in which `etc` is Asterisk's configuration, and `doorman` is where setup puts the rest. */
export declare class Machine {
    readonly folder: string;
    readonly self: {
        uid: number;
        gid: number;
    };
    constructor(files?: Files);
    /** Does some work, and then brings all files back as they were. */
    trying(work: () => Promise<void>): Promise<void>;
    get etc(): string;
    get doorman(): string;
    prepare(console?: Console): Promise<Prepared>;
    /** Sets up, and says what was planned. */
    setUp(): Promise<Prepared>;
    planUndo(): Promise<Undo>;
    undo(): Promise<Undo>;
    /** Asterisk's configuration. */
    files(): Files;
    /** All that is in the folder. */
    snapshot(): Snapshot;
}
/** Files and folders with their owners and modes. */
export declare function snapshotOf(folder: string): Snapshot;
