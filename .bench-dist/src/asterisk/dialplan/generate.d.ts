import { type Applications } from '../applications.js';
import type { DialplanLocation } from '../pbx.js';
import { type PassedFacts } from './arguments.js';
import { type DialplanStep } from './steps.js';
/** What the generated contexts depend on. */
export interface DialplanOptions {
    /** The Stasis applications of all instances at this PBX (`DOORMAN_APPS`). */
    readonly applications: Applications;
    readonly passed: PassedFacts;
    /** Name of the flow under `otherwise`, for `DOORMAN_FLOW` on calls that Doorman did not decide. */
    readonly fallbackFlow: string;
    /** Where that flow is; the extension `dialled` stands for the number that was dialled. */
    readonly fallback: DialplanLocation;
    /** How often a call may come within so many seconds. */
    readonly visits?: {
        readonly most: number;
        readonly seconds: number;
        readonly inAll: number;
    };
}
/** The contexts as text, and as the steps that Asterisk then runs. */
export interface GeneratedDialplan {
    readonly text: string;
    readonly steps: readonly DialplanStep[];
    /**
     * The extension of `doorman-fallback` whose presence tells which text is running; asking for it needs no more rights
     * than Doorman has. A call that came to it would take the fallback.
     */
    readonly marker: string;
}
export declare const GENERATED_CONTEXTS: readonly ['doorman', "doorman-go", string];
/** After so many seconds in Doorman, Asterisk sends a call to the fallback. */
export declare const TIME_LIMIT_S = 1.1;
/** Characters of the name of a set of shared variables. */
export declare const SHARED_NAME_LENGTH = 7;
export declare const SHARED_VARIABLE = "DOORMAN_SET_";
/**
 * The three contexts between the admin's dialplan and Doorman: `doorman` (entry), `doorman-go` (on to the flow) and
 * `doorman-fallback`. They use no application or function that Asterisk 16 lacks, and work also while Doorman is gone.
 *
 * The rule for every line: a caller's text is copied by a `Set` of one variable, and read by name with FIELDQTY and
 * SHIFT. No function, expression, `MSet`, `ExecIf` or destination has it as an argument, as Asterisk looks for the end
 * of a function after it has put the value in.
 */
export declare function generateDialplan(options: DialplanOptions): GeneratedDialplan;
