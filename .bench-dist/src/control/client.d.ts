import type { ReloadResult, WaitingCandidate } from '../revisions/candidate.js';
import { type ControlAddress } from './address.js';
import type { ReloadRequest, RollbackRequest } from './server.js';
/** No running Doorman took the command; `message` says why and what to do. */
export declare class NotRunningError extends Error {
}
export type CommandRequest = [path: '/reload', body: ReloadRequest] | [path: '/rollback', body: RollbackRequest];
/** Where the Doorman that uses this data folder listens. @throws NotRunningError */
export declare function findInstance(dataFolder: string): Promise<ControlAddress>;
/** Has a running Doorman do something. @throws NotRunningError */
export declare function sendCommand(address: ControlAddress, ...[path, body]: CommandRequest): Promise<ReloadResult>;
/** The changed flows folder that does not decide calls, if there is one. @throws NotRunningError */
export declare function readCandidate(address: ControlAddress): Promise<WaitingCandidate | null>;
