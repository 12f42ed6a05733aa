import type { Identity } from '../../src/setup/inspect.js';
import type { Manifest } from '../../src/setup/manifest.js';
import type { Plan } from '../../src/setup/plan.js';
import type { UndoStep } from '../../src/setup/undo.js';
export interface Order {
    readonly doorman: string;
    readonly self: Identity;
    readonly work: {
        readonly plan: Plan;
    } | {
        readonly undo: readonly UndoStep[];
        readonly manifest: Manifest;
    };
    /** It never comes to a further one. */
    readonly steps: number;
}
