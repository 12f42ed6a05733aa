import { suggestion } from '../lib/nearest.js';
import { patternProblem } from '../routing/pattern.js';
import { canonicalName } from '../sip/headers.js';
import { entriesOf, itemsOf, listed } from './shape.js';
/** Reads a `when`. Several keys mean all of them, in the order in which they were written. */
export function readCondition(source, path, surroundings) {
    const parts = Object.keys(source).flatMap((key) => readKey(key, source, [...path, key], surroundings));
    const [only] = parts;
    return only !== undefined && parts.length === 1 ? only : { kind: 'all', of: parts };
}
function readKey(key, source, at, surroundings) {
    // The shape refuses unknown keys, and takes out what is unsound.
    if (source[key] === undefined)
        return [];
    switch (key) {
        case 'vip':
            return [{ kind: key, is: source[key] }];
        case 'branch':
        case 'trunk':
            for (const [name, nameAt] of listed(source[key], at))
                if (key === 'trunk')
                    checkTrunk(name, nameAt, surroundings);
                else
                    checkName(key, name, nameAt, surroundings);
            return [{ kind: key, oneOf: new Set([source[key]].flat()) }];
        case 'claimed_caller':
            checkClaimPlace(at, surroundings);
            return [{ kind: key, numbers: surroundings.numbers.pattern(source[key], at) }];
        case 'caller':
        case 'callee':
            return [{ kind: key, numbers: surroundings.numbers.pattern(source[key], at) }];
        case 'header':
            return entriesOf(source.header, at).flatMap((entry) => readHeader(...entry, surroundings));
        case 'attestation':
            return [{ kind: key, oneOf: new Set([source[key]].flat()) }];
        case 'all':
        case 'any': {
            const of = itemsOf(source[key], at).map(([part, partAt]) => readCondition(part, partAt, surroundings));
            return [{ kind: key, of }];
        }
        case 'not':
            return [{ kind: key, of: readCondition(source[key], at, surroundings) }];
        default:
            return [];
    }
}
export function checkName(what, name, path, { diagnostics, flows, branches }) {
    const known = what === 'flow' ? flows : branches;
    if (known.has(name))
        return;
    const message = `there is no ${what} "${name}"${suggestion(name, known)}`;
    diagnostics.problem(path, 'flows.unknown_name', message);
}
/** With `any` or `not`, a claim could take a caller past a rule, or be met by leaving it out. */
function checkClaimPlace(path, { diagnostics }) {
    const above = path.find((step) => step === 'any' || step === 'not');
    if (above === undefined)
        return;
    const message = `"claimed_caller" stands alone or under "all", not under "${above}"; give it a rule of its own`;
    diagnostics.problemAtKey(path, 'flows.claimed_caller', message);
}
function checkTrunk(name, path, { trust, diagnostics }) {
    if (trust.has(name))
        return;
    const message = `the trunk "${name}" is not listed under "trunks", so it is trusted for nothing${suggestion(name, trust.keys())}`;
    diagnostics.warning(path, 'flows.unknown_name', message);
}
/** Warns of a header for which no trunk is trusted. */
export function checkTrusted(name, path, { trust, diagnostics }, consequence = 'this never counts') {
    if ([...trust.values()].some((items) => items.has(canonicalName(name))))
        return;
    const message = `no trunk is trusted for ${name}, so ${consequence}; add it to the "trust" of the trunk that sets it`;
    diagnostics.warning(path, 'flows.untrusted', message);
}
function readHeader(name, written, path, surroundings) {
    const test = headerTest(written);
    if (test === undefined)
        return [];
    const problem = test.kind === 'matches' ? patternProblem(test.pattern) : undefined;
    if (problem !== undefined)
        surroundings.diagnostics.problem([...path, 'matches'], 'flows.pattern', problem);
    // Only a trusted header satisfies a condition.
    else if (test.kind !== 'present')
        checkTrusted(name, path, surroundings);
    return [{ kind: 'header', name, test }];
}
/** Undefined where there is only an unknown key. */
function headerTest(written) {
    if (typeof written === 'string' || Array.isArray(written))
        return { kind: 'exact', oneOf: new Set([written].flat()) };
    const { matches, present, starts_with: prefixes } = written;
    if (present !== undefined)
        return { kind: 'present', present };
    if (matches !== undefined)
        return { kind: 'matches', pattern: matches };
    return prefixes === undefined ? undefined : { kind: 'starts_with', prefixes: [prefixes].flat() };
}
//# sourceMappingURL=conditions.js.map