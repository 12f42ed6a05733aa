import { type Ownership } from '../lib/replace-file.js';
import type { Identity } from './inspect.js';
import { type Manifest } from './manifest.js';
import type { Folder, Plan } from './plan.js';
import type { UndoStep } from './undo.js';
/** The steps by which setup changes the machine. Each is made whole or not at all, and outlives a power cut. */
export interface Steps {
    makeFolder(folder: Folder): Promise<void>;
    write(path: string, content: string | Uint8Array, owned: Ownership): Promise<void>;
    removeFile(path: string): Promise<void>;
    /** Leaves one that holds something. */
    removeFolder(path: string): Promise<void>;
}
export declare const realSteps: Steps;
/**
 * Makes the changes of a plan. How to undo them is written before the first one, so that the process can be killed
 * between any two steps: Asterisk can use what is there, and a second run and an undo both lead to their end.
 */
export declare function applyPlan(plan: Plan, doorman: string, self: Identity, steps?: Steps): Promise<void>;
/** Undoes what the manifest names; what is needed for that goes last. */
export declare function applyUndo(undo: readonly UndoStep[], manifest: Manifest, doorman: string, steps?: Steps): Promise<void>;
