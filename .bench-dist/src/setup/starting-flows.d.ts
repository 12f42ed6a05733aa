import { type Entry } from './entries.js';
import type { Findings } from './inspect.js';
/** The first routing.yaml: it names the trunks, trusts none, and sends each call on as it went before. */
export declare function startingFlows({ endpoints }: Findings, entries: readonly Entry[]): string;
