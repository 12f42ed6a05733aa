import * as z from 'zod';
import type { CallFacts, Routing } from '../routing/types.js';
import type { Problem } from './problem.js';
/** The file of a flows folder that holds the examples; there need not be one. */
export declare const EXAMPLES_FILE = "examples.yaml";
declare const ExampleSchema: z.ZodObject<{
    name: z.ZodOptional<z.ZodString>;
    call: z.ZodObject<{
        from: z.ZodString;
        to: z.ZodString;
        trunk: z.ZodOptional<z.ZodString>;
        name: z.ZodOptional<z.ZodString>;
        headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>>;
        attestation: z.ZodOptional<z.ZodEnum<{
            A: "A";
            B: "B";
            C: "C";
            failed: "failed";
        }>>;
        at: z.ZodOptional<z.ZodISODateTime>;
        state: z.ZodOptional<z.ZodType<import("../routing/types.js").State, import("../routing/types.js").State, z.core.$ZodTypeInternals<import("../routing/types.js").State, import("../routing/types.js").State>>>;
    }, z.core.$strict>;
    expect: z.ZodObject<{
        flow: z.ZodOptional<z.ZodString>;
        rule: z.ZodOptional<z.ZodString>;
        branch: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodNull]>>;
        vip: z.ZodOptional<z.ZodBoolean>;
        state: z.ZodOptional<z.ZodType<import("../routing/types.js").State, import("../routing/types.js").State, z.core.$ZodTypeInternals<import("../routing/types.js").State, import("../routing/types.js").State>>>;
    }, z.core.$strict>;
}, z.core.$strict>;
/** An example as it stands in the file, checked. */
export type ExampleSource = z.output<typeof ExampleSchema>;
/** An example that must hold before a revision may decide calls. Plain data: revisions travel between threads. */
export interface Example extends Omit<ExampleSource, 'name'> {
    /** As the file names it, else `example 3`. */
    readonly name: string;
    readonly position: Pick<Problem, 'file' | 'line' | 'column'>;
}
/**
 * Reads the text of `examples.yaml`. Never throws: whatever is wrong is a problem with its position, and where there
 * is one, the examples are of no use.
 *
 * @param routing where the names in it must lead; undefined where the rules have problems of their own, which
 *   must not cause others here.
 */
export declare function readExamples(content: Buffer, routing: Pick<Routing, 'flows' | 'rules' | 'branches'> | undefined): {
    readonly examples: readonly Example[];
    readonly problems: readonly Problem[];
};
/** The facts of an example's call, as they would be read from one: `From` and `To` are on every INVITE. */
export declare function factsOfExample({ from, to, name, trunk, ...call }: Example['call']): CallFacts;
export {};
