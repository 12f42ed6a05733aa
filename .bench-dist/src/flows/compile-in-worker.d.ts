import { type Compiled } from './compile.js';
/**
 * As `compile`, in a worker thread, so that calls are decided meanwhile. Rejects never: a thread that dies is a
 * problem. The thread sees no environment (no secrets). Number tables and their files lie in shared memory and are
 * not copied.
 */
export declare function compileInWorker(folder: string, memoryMb?: number): Promise<Compiled>;
