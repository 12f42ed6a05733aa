import { contextOf } from '../../../src/routing/context-of.js';
import { explain } from '../../../src/routing/explain.js';
import { readNumberTable } from '../../../src/routing/number-file.js';
import { firstMatch, indexRouting } from '../../../src/routing/rule-index.js';
import { canonicalName, SipHeaders } from '../../../src/sip/headers.js';
export const AT = new Date('2030-01-01T12:00:00Z');
/** A call by its parts: from +15551234567 to +15557654321 over carrier-a, unless told otherwise. */
export function call(parts) {
    return {
        trunk: 'trunk' in parts ? parts.trunk : 'carrier-a',
        callerId: { number: parts.from ?? '+15551234567', name: parts.name ?? '' },
        dialled: parts.to ?? '+15557654321',
        headers: new SipHeaders(parts.headers ?? []),
        verification: parts.verification,
        state: parts.state ?? {},
    };
}
export function trusting(trusted) {
    return new Map(Object.entries(trusted).map(([trunk, items]) => [trunk, new Set(items.map(canonicalName))]));
}
export function numbers(...texts) {
    return {
        exact: new Set(texts.filter((text) => !text.endsWith('*'))),
        prefixes: texts.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1)),
        tables: [],
        text: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`,
    };
}
/** A file of numbers, of the US unless another country, or none, is given. */
export function tableOf(text, country = 'US') {
    return readNumberTable('vips.csv', Buffer.from(text), country ?? undefined);
}
export const always = { kind: 'all', of: [] };
export const when = {
    caller: (...texts) => ({ kind: 'caller', numbers: numbers(...texts) }),
    callee: (...texts) => ({ kind: 'callee', numbers: numbers(...texts) }),
    branch: (...names) => ({ kind: 'branch', oneOf: new Set(names) }),
    trunk: (...names) => ({ kind: 'trunk', oneOf: new Set(names) }),
    vip: (is) => ({ kind: 'vip', is }),
    headerIs: (name, ...values) => header(name, { kind: 'exact', oneOf: new Set(values) }),
    present: (name, present = true) => header(name, { kind: 'present', present }),
    header,
    all: (...of) => ({ kind: 'all', of }),
    any: (...of) => ({ kind: 'any', of }),
    not: (of) => ({ kind: 'not', of }),
};
function header(name, test) {
    return { kind: 'header', name, test };
}
export function branch(name, texts, state = {}) {
    return { name, numbers: numbers(...texts), isDefault: texts.length === 0, state };
}
/** A rule by its condition; its name is its place, and it leads to the flow of the same name. */
export function ruleOf(condition, index, state = {}) {
    return {
        index,
        name: `rule ${index}`,
        when: condition,
        target: { kind: 'goto', flow: `flow ${index}` },
        state,
    };
}
export function routingOf(parts) {
    const rules = (parts.rules ?? []).map((rule, at) => ('when' in rule ? rule : ruleOf(rule, at)));
    const headers = Object.entries(parts.vipHeaders ?? {});
    const routing = {
        defaultCountry: 'defaultCountry' in parts ? parts.defaultCountry : 'US',
        calleeFrom: parts.calleeFrom ?? [],
        trust: parts.trust ?? new Map(),
        vip: {
            numbers: new Set(parts.vipNumbers ?? []),
            tables: parts.vipTables ?? [],
            headers: new Map(headers.map(([name, values]) => [name.toLowerCase(), new Set(values)])),
        },
        branches: parts.branches ?? [],
        flows: new Map(),
        rules,
        otherwise: 'general_support_flow',
        undecidable: 'general_support_flow',
    };
    return { ...routing, index: indexRouting(routing) };
}
/** The positions of all rules that the index has a call try. */
export function candidatesOf({ index, rules }, context) {
    const all = [];
    firstMatch(index.rules, rules, context, (rule) => {
        all.push(rule.index);
        return false;
    });
    return all;
}
/** The explanation of a call. */
export function explained(facts, routing, tried) {
    return explain(contextOf(facts, routing), tried);
}
//# sourceMappingURL=make.js.map