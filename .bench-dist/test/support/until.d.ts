/** Resolves once `isSo` holds, which is asked every few milliseconds; rejects in time for the test to say so. */
export declare function until(isSo: () => boolean | Promise<boolean>, what?: string, ms?: number): Promise<void>;
