/** The folder of the repository; this file runs in `dist/test/support`. */
export declare function repositoryFolder(): string;
/** Where the lab keeps what it fetched: the folder named by DOORMAN_LAB, or `.lab` below the repository. */
export declare function labFolder(): string;
