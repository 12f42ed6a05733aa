/** The calls of the bench: caller, callee, headers, and the flow that each call must reach. */
/** What the caller sends in one INVITE. Every call carries all six headers that the job reads. */
export interface OfferedCall {
    readonly caller: string;
    readonly callee: string;
    readonly xVip: string;
    readonly xAccount: string;
    readonly diversion: string;
    readonly landing: Landing;
}
/** What is decided for a call. */
export interface Landing {
    readonly flow: FlowName;
    readonly rule: string;
    readonly branch: string;
}
export declare const NORTH = "+15557654321";
export declare const FLOWS: {
    readonly vip_support_flow: 'bench-vip';
    readonly general_support_flow: 'bench-general';
};
export type FlowName = keyof typeof FLOWS;
export declare const RULES: {
    readonly vip: 'VIP callers';
    readonly old: 'Old accounts of the north';
};
/** `DOORMAN_RULE` of a call that no rule matches. */
export declare const NO_RULE = "otherwise";
export declare const BRANCHES: {
    readonly north: 'North Branch';
    readonly south: 'South Branch';
};
export declare function vipNumbers(vips: number): readonly string[];
/**
 * The call with this number. Four kinds in turn: a VIP by number, a VIP by header, an old account of the north,
 * and one that no rule matches.
 */
export declare function callAt(at: number, vips: number): OfferedCall;
/** A landing as the contexts of the flows write it into the 200: with their own name first. */
export declare function landingText({ flow, rule, branch }: Landing): string;
