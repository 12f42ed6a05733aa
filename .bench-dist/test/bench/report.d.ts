import type { Results } from './results.js';
/** RESULTS.md, for people. */
export declare function reportOf(results: Results): string;
/** The figures alone, for the terminal. */
export declare function tableOf(results: Results): string;
