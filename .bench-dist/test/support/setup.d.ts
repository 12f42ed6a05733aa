/**
 * Before the tests of a project: a folder of this run's own for everything temporary, which the tests' processes
 * inherit, and the Asterisks for the project that needs them.
 */
export default function setup(_config: unknown, { displayName }: {
    readonly displayName?: {
        readonly name: string;
    };
}): Promise<void>;
/** Removes the run's folder. Throws where a test has left something in it. */
export declare function removeRun(folder: string): Promise<void>;
