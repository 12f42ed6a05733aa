/**
 * How long to wait before try number `attempt` (from 0): doubling from a quarter of a second up to five
 * seconds, each shortened by up to a half at random, so that several instances do not try in step.
 */
export declare function retryDelayMs(attempt: number, random?: () => number): number;
/** A pause that a stop can cut short. */
export declare function pause(ms: number, stopped: AbortSignal): Promise<void>;
