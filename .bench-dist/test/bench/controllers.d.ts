import type { Fixture } from './fixture.js';
import type { SystemName } from './systems.js';
/** The process that decides the calls of one system during its turn. The dialplan has none. */
export interface Controller {
    readonly pid: number | undefined;
    /** The file of its log; undefined where there is none. */
    readonly log: string | undefined;
    stop(): Promise<void>;
}
/** Only the system whose turn it is runs: an idle manager connection alone makes Asterisk do more for each call. */
export declare function startController(system: SystemName, fixture: Fixture): Promise<Controller>;
