import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js';
import type { Ownership } from '../lib/replace-file.js';
import { type Entry } from './entries.js';
import { type FileState } from './files.js';
import { type Findings, type Identity } from './inspect.js';
/** Where all that is not Asterisk's goes. */
export interface Places {
    /** `/etc/doorman`: settings, flow files, and what setup remembers. */
    readonly doorman: string;
    /** `DOORMAN_FLOWS` */
    readonly flows: string;
    /** `DOORMAN_DATA` */
    readonly data: string;
    readonly settingsFile: string;
    readonly adminSecretFile: string;
}
/** How a changed file is brought back. */
export type ChangeKind = 
/** A file of the admin's with a marked block; where it has changed since, the block is removed. */
'block'
/** A file that is written anew from other files whenever it is needed; it is removed in any case. */
 | 'generated'
/** Any other file; where it has changed since, it stays. */
 | 'file';
export interface Change {
    readonly path: string;
    readonly kind: ChangeKind;
    readonly why: string;
    /** Undefined for a new file. */
    readonly before: FileState | undefined;
    readonly after: FileState;
}
export interface Folder extends Ownership {
    readonly path: string;
}
export interface Plan {
    /** Folders that are needed, the outer ones first; those that are there stay as they are. */
    readonly folders: readonly Folder[];
    /** In an order in which Asterisk can be restarted after each. */
    readonly changes: readonly Change[];
}
export declare const NO_PLAN: Plan;
export interface PlanInput {
    readonly findings: Findings;
    readonly places: Places;
    readonly entries: readonly Entry[];
    /** Of a file that is there, its state now; by its path. */
    readonly stateOf: (path: string) => FileState | undefined;
    /** The first routing.yaml; undefined where there is one. */
    readonly startingFlows: string | undefined;
    readonly dialplan: GeneratedDialplan;
    /** As whom this command runs. */
    readonly self: Identity;
    /** The user doorman, where there is one. */
    readonly service: Identity | undefined;
    /** A fresh secret: letters and digits. */
    readonly secret: () => string;
}
/** All that is to be written. Pure: the same input, but for the secrets, gives the same plan. */
export declare function planSetup(input: PlanInput): Plan;
