/** One priority of an extension. */
export interface DialplanStep {
    readonly context: string;
    readonly extension: string;
    readonly priority: number;
    readonly application: string;
    /** The application's arguments. */
    readonly data: string;
}
/** A priority before it has its place: what it runs, its label where it has one, and what is not obvious about it. */
export interface Line {
    readonly run: string;
    readonly label?: string;
    readonly why?: readonly string[];
}
export interface Extension {
    readonly pattern: string;
    readonly lines: readonly Line[];
    /** Comments above it. */
    readonly why?: readonly string[];
}
export interface Context {
    readonly name: string;
    readonly why?: readonly string[];
    readonly extensions: readonly Extension[];
}
/** The contexts as text of extensions.conf. */
export declare function render(contexts: readonly Context[]): string;
/** The same as the priorities that Asterisk's ShowDialPlan lists. */
export declare function stepsOf(contexts: readonly Context[]): readonly DialplanStep[];
/** Twelve hexadecimal digits that stand for what the steps do, whatever the comments between them say. */
export declare function fingerprint(steps: readonly DialplanStep[]): string;
/** How the running steps differ from the generated ones, a line each; none where they are the same. */
export declare function stepDifferences(generated: readonly DialplanStep[], running: readonly DialplanStep[]): readonly string[];
