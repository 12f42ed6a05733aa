/** What a call brings, as the generated entry context would pass it. */
export interface PassedCall {
    readonly dialled?: string;
    /** What is left of the time limit, in milliseconds; 1,100 by default. */
    readonly leftMs?: number;
    readonly state?: string;
    readonly decidedBy?: string;
    readonly isOverLimit?: boolean;
    readonly hasLostVariables?: boolean;
    /** The headers that are passed by name; one without a value is missing. */
    readonly named?: readonly (readonly [name: string, value: string | Buffer])[];
    /** The list of headers, where one was made. */
    readonly listed?: readonly (readonly [name: string, value: string | Buffer])[];
    readonly listsAll?: boolean;
}
/** The text of the arguments, and the channel variables that the entry context leaves beside it. */
export declare function stasisArguments(call: PassedCall): {
    readonly text: string;
    readonly variables: Map<string, string>;
};
