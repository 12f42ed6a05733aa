import type { Compiled } from '../flows/compile.js';
import type { Log } from '../lib/log.js';
import type { RevisionEntry } from '../store/database.js';
import type { Store } from '../store/store.js';
import { type ActiveRevision } from './active.js';
export interface StartupParts {
    /** Whether a changed flows folder waits for a reload by command or signal. */
    readonly isManual: boolean;
    /** The largest share of recorded calls that a reload may move, where it does not say. */
    readonly maxChange: number | undefined;
    readonly store: Pick<Store, 'files' | 'addRevision'>;
    readonly log: Pick<Log, 'error' | 'warn' | 'info'>;
    /** Compiles a folder, and tries its code flows and examples aside from calls. */
    load(folder: string): Promise<Compiled>;
}
/**
 * The revision to start with: the flows folder, unless a restart at night would change something by that, or the
 * folder cannot be used. Then the newest stored revision goes on deciding, where there is one.
 * @throws FlowFilesError
 */
export declare function firstRevision(parts: StartupParts, folder: Compiled, last: RevisionEntry | undefined): Promise<ActiveRevision>;
