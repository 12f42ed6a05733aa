import { canonicalName } from '../sip/headers.js';
import { leavesOf } from './condition.js';
/** All that is derived from the rules of a revision; takes some tens of milliseconds for 10,000 rules. */
export function indexRouting(routing) {
    return {
        rules: buildRuleIndex(routing.rules.map(({ when }) => when)),
        branches: buildRuleIndex(routing.branches.map(({ numbers }) => ({ kind: 'callee', numbers }))),
        referenced: referencedFacts(routing),
    };
}
/**
 * Builds an index over conditions. Each condition is put into the buckets of one property that a call must have
 * to satisfy it, so that a call is compared only with the conditions that agree with it there, however many
 * there are.
 */
function buildRuleIndex(conditions) {
    const choices = conditions.map((condition) => necessary(condition).flatMap(keysOf));
    const sizes = new Map();
    for (const key of choices.flat(2))
        sizes.set(nameOf(key), (sizes.get(nameOf(key)) ?? 0) + 1);
    const chosen = choices.map((choice) => chooseKeys(choice, sizes));
    const entries = chosen.flatMap((keys, position) => (keys ?? []).map((key) => ({ ...key, position })));
    const fields = Map.groupBy(entries, ({ field }) => nameOf({ field, value: '' }));
    return {
        fields: [...fields.values()].flatMap((all) => all.slice(0, 1).map(({ field }) => ({ ...field, buckets: bucketsOf(all) }))),
        unindexed: chosen.flatMap((keys, position) => (keys === undefined ? [position] : [])),
    };
}
function bucketsOf(entries) {
    const buckets = Map.groupBy(entries, ({ value }) => value);
    return new Map([...buckets].map(([value, all]) => [value, [...new Set(all.map(({ position }) => position))]]));
}
function nameOf({ field: { kind, prefixLength, header }, value }) {
    return `${kind} ${prefixLength ?? ''} ${header ?? ''} ${value}`;
}
/**
 * Of a condition's parts the one whose fullest bucket is smallest: of thousands of rules for
 * `branch: North Branch` that differ in a header, the header tells them apart.
 */
function chooseKeys(choice, sizes) {
    let best;
    for (const keys of choice) {
        const size = keys.reduce((most, key) => Math.max(most, sizes.get(nameOf(key)) ?? 0), 0);
        if (best === undefined || size < best.size)
            best = { keys, size };
    }
    return best?.keys;
}
/** The conditions that must hold for this one to hold: itself, or all parts of an `all`. */
function necessary(condition) {
    return condition.kind === 'all' ? condition.of.flatMap(necessary) : [condition];
}
/** The buckets of a condition, of which a call that satisfies it is in one; an empty list where it has none. */
function keysOf(condition) {
    const keys = (field, values) => [...values].map((value) => ({ field, value }));
    switch (condition.kind) {
        case 'callee':
        case 'caller':
        case 'claimed_caller': {
            const { kind, numbers } = condition;
            // A file has too many numbers to have a bucket for each.
            if (numbers.tables.length > 0)
                return [];
            const prefixes = numbers.prefixes.flatMap((one) => keys({ kind, prefixLength: one.length }, [one]));
            return [[...keys({ kind }, numbers.exact), ...prefixes]];
        }
        case 'branch':
        case 'trunk':
            return [keys({ kind: condition.kind }, condition.oneOf)];
        case 'vip':
            return [keys({ kind: 'vip' }, [String(condition.is)])];
        case 'header': {
            const { name, test } = condition;
            return test.kind === 'exact' ? [keys({ kind: 'header', header: canonicalName(name) }, test.oneOf)] : [];
        }
        default:
            return [];
    }
}
/**
 * The first of the items that `matches`, of those that the call's properties lead to; they are tried in order.
 *
 * @param items what the index was built over.
 */
export function firstMatch(index, items, context, matches) {
    const positions = [...index.unindexed];
    for (const field of index.fields)
        for (const value of valuesOf(field, context))
            for (const position of field.buckets.get(value) ?? [])
                positions.push(position);
    positions.sort((a, b) => a - b);
    for (const [at, position] of positions.entries()) {
        const item = items[position];
        if (position !== positions[at - 1] && item !== undefined && matches(item))
            return item;
    }
    return undefined;
}
/** What a call has in a field. An untrusted value satisfies no condition, so it leads to none. */
function valuesOf({ kind, prefixLength, header = '' }, context) {
    const { caller, callee, branch, vip, facts } = context;
    switch (kind) {
        case 'callee':
            return beginningOf(callee.number, prefixLength);
        case 'caller':
            return caller.trusted ? beginningOf(caller.number, prefixLength) : [];
        case 'claimed_caller':
            return context.claims.flatMap(({ number }) => beginningOf(number, prefixLength));
        case 'branch':
            return branch === undefined ? [] : [branch.name];
        case 'trunk':
            return facts.trunk === undefined ? [] : [facts.trunk];
        case 'vip':
            return [String(vip.vip)];
        case 'header':
            return context.trusts(header) ? facts.headers.getAll(header) : [];
    }
}
function beginningOf(number, length) {
    if (length === undefined)
        return [number];
    return number.length < length ? [] : [number.slice(0, length)];
}
function referencedFacts({ rules, trust, vip, calleeFrom }) {
    const leaves = rules.flatMap(({ when }) => leavesOf(when));
    const callers = leaves.flatMap((leaf) => (leaf.kind === 'caller' ? [leaf.numbers] : []));
    const trunks = leaves.flatMap((leaf) => (leaf.kind === 'trunk' ? [...leaf.oneOf] : []));
    const headers = Map.groupBy(leaves.filter((leaf) => leaf.kind === 'header'), ({ name }) => canonicalName(name));
    const names = [...vip.headers.keys(), ...headers.keys(), ...calleeFrom, 'P-Asserted-Identity'];
    return {
        callers: union(callers),
        headers: new Map([...headers].map(([name, all]) => [name, all.map(({ test }) => test)])),
        headerNames: [...new Set(names.map(canonicalName))],
        attestations: new Set(leaves.flatMap((leaf) => (leaf.kind === 'attestation' ? [...leaf.oneOf] : []))),
        trunks: new Set([...trust.keys(), ...trunks]),
    };
}
function union(patterns) {
    return {
        exact: new Set(patterns.flatMap(({ exact }) => [...exact])),
        prefixes: [...new Set(patterns.flatMap(({ prefixes }) => prefixes))],
        tables: [...new Set(patterns.flatMap(({ tables }) => tables))],
        text: '',
    };
}
//# sourceMappingURL=rule-index.js.map