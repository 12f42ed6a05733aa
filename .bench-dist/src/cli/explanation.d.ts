/** How `explain` and `why` show what a decision is based on. */
import type { DecisionRecord } from '../history/decision-record.js';
/** The rules that were tried, `+` for one that matched, each with the value that settled it. */
export declare function formatRules({ reasons, reasonsOmitted, }: Pick<DecisionRecord, 'reasons' | 'reasonsOmitted'>): readonly string[];
/** Every fact with its source, and whether it is trusted. */
export declare function formatFacts({ provenance }: Pick<DecisionRecord, 'provenance'>): readonly string[];
export declare const FACTS_HEADING = "facts (+ trusted, - untrusted)";
