/** The generated contexts. The second user sees every step, Doorman's own only the marker. */
export declare const ENTRY_CONTEXTS: import("./check.js").Check;
export declare const FLOW_CONTEXTS: import("./check.js").Check;
export declare const TRUNKS: import("./check.js").Check;
