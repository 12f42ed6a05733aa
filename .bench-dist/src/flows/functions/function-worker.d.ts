import { type MessagePort } from 'node:worker_threads';
/** What a thread is started with. */
export interface FunctionWorkerData {
    readonly port: MessagePort;
    /** The file as `run:` names it; stacks show it. */
    readonly file: string;
    readonly code: string;
}
