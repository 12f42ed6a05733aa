import { type Ownership } from '../lib/replace-file.js';
import type { FileState } from './files.js';
import type { Change, ChangeKind } from './plan.js';
/** A file's state by its hash; its content is in a file of its own. */
export interface Fingerprint extends Ownership {
    readonly sha256: string;
}
/** What an undo must know of one file. */
export interface ManifestEntry {
    readonly path: string;
    readonly kind: ChangeKind;
    /** Before the first change of setup's; null for a file that was not there. */
    readonly before: Fingerprint | null;
    readonly after: Fingerprint;
}
/** What setup has changed, or was about to change when it was interrupted. */
export interface Manifest {
    readonly files: readonly ManifestEntry[];
    /** Folders that setup has made, the outer ones first. */
    readonly folders: readonly string[];
}
export declare const NOTHING: Manifest;
/** Where the manifest and the files as they were are kept. */
export declare const setupFolder: (doorman: string) => string;
export declare const manifestFile: (doorman: string) => string;
/** Setup changes no two files of the same name. */
export declare const backupFile: (doorman: string, path: string) => string;
export declare function readManifest(doorman: string): Promise<Manifest>;
export declare function fingerprintOf({ content, uid, gid, mode }: FileState): Fingerprint;
/** Whether the file is as the fingerprint says; a file that is not there is null. */
export declare function isAs(state: FileState | undefined, wanted: Fingerprint | null): boolean;
/** A change, and the state to which an undo brings the file: the one before the first change. */
export interface Recorded {
    readonly entry: ManifestEntry;
    /** Its content, where it is not kept already. */
    readonly original: FileState | undefined;
}
/** What to remember of a change, where an earlier run may have made changes to the same file. */
export declare function record({ path, kind, before, after }: Change, earlier: ManifestEntry | undefined): Recorded;
