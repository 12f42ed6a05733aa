import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isSeq, parseDocument, stringify } from 'yaml';
import { EXAMPLES_FILE, readExamples } from '../flows/examples.js';
import { ifMissing, replaceFile } from '../lib/replace-file.js';
import { safeJson, safeText } from '../lib/safe-text.js';
import { headerName } from '../routing/format.js';
/**
 * A recorded call as an example: it must go where it went, with the same branch and VIP. The rule is left out:
 * a rule may be renamed or split, as long as the call arrives.
 */
export function exampleOfCall(record, name) {
    const { callerId, dialled, trunk, verification, state, at, flow, branch, vip } = record;
    return {
        name: name ?? `Call ${record.call} as recorded`,
        call: {
            from: callerId.number,
            to: dialled,
            ...(trunk === null ? {} : { trunk }),
            ...(callerId.name === '' ? {} : { name: callerId.name }),
            ...(record.headers.length === 0 ? {} : { headers: headersOf(record) }),
            ...(verification === null ? {} : { attestation: levelOf(verification) }),
            at,
            ...(state === undefined ? {} : { state }),
        },
        expect: { flow, branch, vip },
    };
}
function headersOf({ headers }) {
    const byName = Map.groupBy(headers, ([name]) => headerName(name));
    const values = [...byName].map(([name, all]) => [name, all.map(([, value]) => value)]);
    return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]));
}
/** A token with a level that SHAKEN (RFC 8588) does not know counts as one that did not verify. */
function levelOf({ attestation, verified }) {
    const level = attestation.trim().toUpperCase();
    return verified && (level === 'A' || level === 'B' || level === 'C') ? level : 'failed';
}
/**
 * Adds one example to the `examples.yaml` of a flows folder, which is written whole or not at all. Returns the
 * problems of the file that stand in the way; where there are any, nothing was written.
 * Rejects where the folder may not be written.
 */
export async function addExample(folder, example) {
    const path = join(folder, EXAMPLES_FILE);
    const text = await readFile(path, 'utf8').catch(ifMissing(''));
    const before = text.trim() === '' ? [] : readExamples(Buffer.from(text), undefined).problems;
    if (before.length > 0)
        return before;
    const written = Buffer.from(withExample(text, example));
    const { problems } = readExamples(written, undefined);
    if (problems.length === 0)
        await replaceFile(path, written);
    return problems;
}
const HEAD = `# Calls and what must come of them: "doorman check" and every reload run them, and refuse rules that break one.
examples:
`;
/**
 * The text of `examples.yaml` with one more example. Where the list is written in lines, as it mostly is, the file
 * ends with it: the example is put behind it, and not a character before it changes. Else the document is written
 * anew, with its comments.
 */
export function withExample(text, example) {
    if (text.trim() === '')
        return HEAD + itemLines(example, 2);
    const before = parseDocument(text).toJS()?.examples ?? [];
    const [, indent = '  '] = /^( *)-\s/m.exec(text) ?? [];
    const appended = `${text}${text.endsWith('\n') ? '' : '\n'}${itemLines(example, indent.length)}`;
    const after = parseDocument(appended);
    const isWhole = isDeepStrictEqual(after.toJS()?.examples, [...before, example]);
    return after.errors.length === 0 && isWhole ? appended : rewritten(text, example);
}
function rewritten(text, example) {
    const doc = parseDocument(text);
    const list = doc.get('examples', true);
    // Read back from its lines, so that it keeps the quotes in which its characters are written out.
    const items = parseDocument(itemLines(example, 0));
    if (isSeq(list)) {
        list.items.push(items.get(0, true));
        list.flow = false;
    }
    else
        doc.set('examples', items.contents);
    const whole = doc.toString({ lineWidth: 0 });
    // What the admin wrote stays as it is.
    return text === safeText(text) ? safeText(whole) : whole;
}
function itemLines(example, indent) {
    // An editor must show what is there: what hides or turns text is written out, which only quotes allow.
    const isTricky = JSON.stringify(example) !== safeJson(example);
    const written = stringify([example], {
        lineWidth: 0,
        defaultStringType: 'QUOTE_DOUBLE',
        defaultKeyType: isTricky ? 'QUOTE_DOUBLE' : 'PLAIN',
    });
    return safeText(written).replace(/^(?=.)/gm, ' '.repeat(indent));
}
//# sourceMappingURL=add-example.js.map