/** `GHSA-… (effect; mended in 22.10.1)` for each problem that a version has. */
export declare function knownProblems(text: string): readonly string[];
