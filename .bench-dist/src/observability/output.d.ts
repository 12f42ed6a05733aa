import { Writable } from 'node:stream';
/** The two functions of node:fs that are needed; a test passes its own. */
export interface FileWriter {
    write(fd: number, bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
    writeSync(fd: number, text: string): void;
}
/**
 * Standard output in batches of 50 ms, because a system call per line is a good part of what a call costs. Calls never
 * wait for it. A write that fails (ENOSPC) costs the lines of its batch, and the next batch begins on a new line. The
 * stream `process.stdout` cannot be used: after one ENOSPC it is destroyed. Lines that wait are written when the
 * process exits.
 */
export declare class BatchedOutput extends Writable {
    #private;
    constructor(fs?: FileWriter);
    _write(text: string, _encoding: BufferEncoding, next: () => void): void;
}
