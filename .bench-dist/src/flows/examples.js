import * as z from 'zod';
import { suggestion } from '../lib/nearest.js';
import { SipHeaders } from '../sip/headers.js';
import { HeaderNameSchema, HeaderValuesSchema, NameSchema, StateSchema, strict } from './schema.js';
import { checkShape, itemsOf } from './shape.js';
import { parseFlowDocument } from './yaml.js';
/** The file of a flows folder that holds the examples; there need not be one. */
export const EXAMPLES_FILE = 'examples.yaml';
const callShape = {
    from: z.string(),
    to: NameSchema,
    trunk: NameSchema.optional(),
    name: z.string().optional(),
    headers: z.record(HeaderNameSchema, HeaderValuesSchema).optional(),
    /** The result of Asterisk's own STIR/SHAKEN verification; `failed`: there was a token, and it did not verify. */
    attestation: z.enum(['A', 'B', 'C', 'failed']).optional(),
    /** The instant at which the example is run where it is not given. */
    at: z.iso
        .datetime({ offset: true, error: 'write the instant as 2030-12-24T18:00:00Z, in quotes or not' })
        .optional(),
    state: StateSchema.optional(),
};
/** What is not given may be anything. A state may have further keys, at every depth. */
const expectShape = {
    flow: NameSchema.optional(),
    rule: NameSchema.optional(),
    branch: z
        .union([NameSchema, z.null()], { error: 'write the name of a branch, or null for none' })
        .optional(),
    vip: z.boolean().optional(),
    state: StateSchema.optional(),
};
/** An example that expects nothing would hold for ever, and its author would not notice. */
function something({ value, issues }) {
    if (issues.length > 0 || Object.keys(value).length > 0)
        return;
    const message = `expect at least one of ${Object.keys(expectShape).join(', ')}`;
    issues.push({ code: 'custom', message, input: value });
}
const ExampleSchema = strict({
    name: NameSchema.optional(),
    call: strict(callShape),
    expect: strict(expectShape).check(something),
});
const ExamplesSchema = strict({ examples: z.array(ExampleSchema).nullable() });
/**
 * Reads the text of `examples.yaml`. Never throws: whatever is wrong is a problem with its position, and where there
 * is one, the examples are of no use.
 *
 * @param routing where the names in it must lead; undefined where the rules have problems of their own, which
 *   must not cause others here.
 */
export function readExamples(content, routing) {
    const { value, diagnostics } = parseFlowDocument(EXAMPLES_FILE, content);
    if (value !== undefined)
        checkShape(ExamplesSchema, value, diagnostics);
    const sources = value;
    const examples = itemsOf(sources?.examples ?? [], ['examples']).map(([source, path], index) => {
        if (routing !== undefined)
            checkNames(source, path, routing, diagnostics);
        const position = { file: EXAMPLES_FILE, ...diagnostics.positions.ofValue(path) };
        return { ...source, name: source.name ?? `example ${index + 1}`, position };
    });
    return { examples, problems: diagnostics.problems };
}
/** A trunk may have any name: that an unknown one is not trusted is a fine example. */
function checkNames({ expect }, path, { flows, rules, branches }, diagnostics) {
    const known = {
        flow: [...flows.keys()],
        rule: [...rules.map(({ name }) => name), 'otherwise'],
        branch: branches.map(({ name }) => name),
    };
    for (const what of ['flow', 'rule', 'branch']) {
        const name = expect?.[what];
        if (typeof name !== 'string' || known[what].includes(name))
            continue;
        const message = `there is no ${what} "${name}" in routing.yaml${suggestion(name, known[what])}`;
        diagnostics.problem([...path, 'expect', what], 'flows.unknown_name', message);
    }
}
/** The facts of an example's call, as they would be read from one: `From` and `To` are on every INVITE. */
export function factsOfExample({ from, to, name = '', trunk, ...call }) {
    const written = Object.entries(call.headers ?? {}).flatMap(([header, values]) => [values].flat().map((value) => [header, value]));
    const given = new SipHeaders(written);
    const always = [
        ['From', `<sip:${from}@trunk.invalid>`],
        ['To', `<sip:${to}@pbx.invalid>`],
    ];
    return {
        trunk,
        callerId: { number: from, name },
        dialled: to,
        headers: new SipHeaders([...always.filter(([header]) => !given.has(header)), ...written]),
        verification: verificationOf(call.attestation),
        state: call.state ?? {},
    };
}
function verificationOf(attestation) {
    if (attestation === undefined)
        return undefined;
    return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true };
}
//# sourceMappingURL=examples.js.map