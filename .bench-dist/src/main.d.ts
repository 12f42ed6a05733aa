import type { Log } from './lib/log.js';
import { type Settings } from './settings/index.js';
export interface Doorman {
    /** Takes the flow files as they are now, if they are whole and good; a signal does. */
    reload(): void;
    /** Sends the active calls to the fallback, and those that still arrive: there is no time to finish them. */
    abort(): void;
    /** Leaves the PBX, finishes the active calls, and ends every thread. */
    stop(): Promise<void>;
}
/**
 * Starts Doorman. Resolves once the flow files are loaded; the lines to the PBX are opened in the background
 * and for as long as it takes, because Asterisk may well start later than Doorman.
 * @throws FlowFilesError
 */
export declare function startDoorman(settings: Settings, log: Log): Promise<Doorman>;
