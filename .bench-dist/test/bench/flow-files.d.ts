/** State that differs from caller to caller, as a greeting with a name does. */
export declare const OWN_STATE: {
    from: string;
};
/**
 * The flow files of the bench: what an admin would write who has so many rules and VIP numbers.
 * @param state of both branches, and so of every call.
 */
export declare function benchFlowFiles(rules: number, vips: number, state?: Readonly<Record<string, string>>): Readonly<Record<string, string>>;
