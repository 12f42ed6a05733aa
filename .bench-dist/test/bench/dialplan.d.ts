export declare const ARI_APPLICATION = "bench-ari-client";
export declare const PASSAGE_APPLICATION = "bench-passage";
/** Family of Asterisk's own database in which an admin without a controller keeps VIP numbers. */
export declare const VIP_FAMILY = "vip";
/** Everything of the dialplan that `doorman dialplan` does not write. */
export declare function benchDialplan(agiPort: number): string;
/** A trunk for each system, told apart by the address it calls from. */
export declare function benchTrunks(): string;
