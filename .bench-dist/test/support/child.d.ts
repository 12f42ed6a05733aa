import { type ChildProcess, type SpawnOptions } from 'node:child_process';
/**
 * Starts a program that cannot outlive this process. A shell holds a pipe to us and, when the pipe closes
 * because we ended in whatever way (Ctrl-C and SIGKILL too, where no handler of ours runs), kills the child's
 * process group by its id. `leftovers` are folders that the shell then removes.
 *
 * The child leads a process group of its own, so that Ctrl-C in a terminal reaches us alone and the order of
 * stopping stays ours. Neither of the two keeps Node's event loop alive.
 */
export declare function startGuarded(command: readonly string[], options?: Omit<SpawnOptions, 'detached'>, leftovers?: readonly string[]): ChildProcess;
/** True once the child has ended, or when it never started. */
export declare function hasEnded(child: ChildProcess): boolean;
/** Resolves when the child has ended, at the latest after `limit_ms`; says whether it has. */
export declare function ended(child: ChildProcess, limit_ms: number): Promise<boolean>;
/** Sends a signal to the child's whole process group; a group that is gone already is no error. */
export declare function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void;
/** SIGTERM to the child's group, so that it can clean up; SIGKILL where that takes longer than `limit_ms`. */
export declare function stopGroup(child: ChildProcess, limit_ms: number): Promise<void>;
interface Finished {
    /** Exit code; undefined where a signal or the limit ended it, or where it never started. */
    readonly code: number | undefined;
    /** What it wrote to stdout and stderr, at most the last 64 KB. */
    readonly output: string;
    readonly timedOut: boolean;
}
/** Runs a program to its end, with its stdin closed; after `limit_ms` it is killed. Never rejects. */
export declare function runToEnd(command: readonly string[], limit_ms: number, options?: {
    readonly env?: NodeJS.ProcessEnv;
}): Promise<Finished>;
/**
 * Whether a process of this number lives; one of another user answers EPERM and lives too. A zombie is dead: where
 * nothing collects orphans (many containers) it would look alive for ever.
 */
export declare function isAlive(pid: number): boolean;
export {};
