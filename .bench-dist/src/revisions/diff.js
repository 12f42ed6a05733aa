import { isDeepStrictEqual } from 'node:util';
import { turns } from '../lib/turns.js';
import { leavesOf } from '../routing/condition.js';
import { clip, formatCondition, formatList, headerName } from '../routing/format.js';
import { hasNumber, isSameContent, isSameRow, numbersOf } from '../routing/number-table.js';
import { change, diffItems, factChanges, fromTo, } from './diff-items.js';
/**
 * What changed from one revision to another, in the words of the flow file and in its order. Empty where every
 * call is decided as before, and tried as before: comments, spelling and the order of keys are no changes.
 */
export async function diffRevisions(before, after) {
    const [old, now] = [before.routing, after.routing];
    const files = await changedFiles(old, now);
    const flows = await diffItems('flow', old.flows.values(), now.flows.values(), flowItem);
    const renamed = new Map([...flows.pairs].map(([to, from]) => [from.name, to.name]));
    const followed = (flow) => renamed.get(flow) ?? flow;
    const trunks = await diffItems('trunk', old.trust, now.trust, trunkItem);
    const branches = await diffItems('branch', old.branches, now.branches, (branch) => branchItem(branch, files));
    const rules = await diffItems('rule', old.rules, now.rules, (rule, side) => ruleItem(rule, files, side === 'before' ? followed : (flow) => flow));
    // Where it follows `otherwise` on both sides, that one says it.
    const isUndecidableChanged = followed(old.undecidable) !== now.undecidable &&
        (old.undecidable !== old.otherwise || now.undecidable !== now.otherwise);
    // Examples decide no call, but one that was removed can refuse no reload any more.
    const examples = await diffItems('example', before.examples, after.examples, exampleItem);
    return Object.freeze([
        ...setting('default_country', old.defaultCountry, now.defaultCountry),
        ...setting('callee_from', formatHeaders(old), formatHeaders(now)),
        ...trunks.changes,
        ...vipDetails(old.vip, now.vip, files).map((detail) => change('vip', 'changed', '', detail)),
        ...branches.changes,
        ...flows.changes,
        ...rules.changes,
        ...codeChanges(before, after),
        ...(followed(old.otherwise) === now.otherwise ? [] : setting('otherwise', old.otherwise, now.otherwise)),
        ...(isUndecidableChanged ? setting('undecidable', old.undecidable, now.undecidable) : []),
        ...examples.changes,
    ]);
}
function setting(part, old, now) {
    return (old ?? '') === (now ?? '') ? [] : [change(part, 'changed', '', fromTo(old, now))];
}
function formatHeaders({ calleeFrom }) {
    return calleeFrom.length === 0 ? '' : formatList(calleeFrom);
}
/** A code flow that came or went came or went with the rule that runs it. */
function codeChanges({ functions: before }, { functions: after }) {
    return [...after.values()]
        .filter(({ file, code }) => before.has(file) && before.get(file)?.code !== code)
        .map(({ file }) => change('code', 'changed', file, 'the code changed, or a file that it imports'));
}
function trunkItem([name, trust]) {
    const isHeader = (item) => item !== 'caller_number' && item !== 'verstat';
    const items = [...trust].map((item) => (isHeader(item) ? headerName(item) : item));
    const text = items.join(', ');
    const changed = (before) => `trust ${cameAndWent(before.split(', ').filter(Boolean), items)}`;
    return {
        name,
        summary: `trusted for ${text || 'nothing'}`,
        facts: [{ name: 'trust', text, meaning: String(items.toSorted()), changed }],
    };
}
/** Items that came with a plus, items that went with a minus: `+X-VIP −X-Account`; empty where none did. */
function cameAndWent(before, after) {
    const came = after.filter((item) => !before.includes(item)).map((item) => `+${item}`);
    const went = before.filter((item) => !after.includes(item)).map((item) => `−${item}`);
    return [...came, ...went].join(' ');
}
function branchItem({ name, numbers, isDefault, state }, files) {
    const isNow = isDefault ? 'now the default' : 'no longer the default';
    return {
        name,
        summary: [numbers.text && `numbers ${numbers.text}`, isDefault && 'the default']
            .filter(Boolean)
            .join(', '),
        facts: [
            { name: 'numbers', text: numbers.text, meaning: meaningOf(numbers) },
            { name: 'default', text: String(isDefault), changed: () => isNow },
            ...stateFacts(state),
        ],
        details: numbers.tables.flatMap(({ file }) => fileDetail(file, files)),
    };
}
function flowItem({ name, context, extension, priority, turnAway }) {
    const facts = Object.entries({ context, extension, priority: String(priority) });
    if (turnAway)
        facts.push(['turn_away', 'true']);
    return {
        name,
        summary: facts.map(([property, text]) => `${property} ${text}`).join(', '),
        facts: facts.map(([property, text]) => ({ name: property, text })),
    };
}
/** @param followed the flow's present name: a rule that follows a flow that was renamed has not changed. */
function ruleItem({ index, name, when, target, state }, files, followed) {
    const condition = clip(formatCondition(when));
    const [verb, to] = target.kind === 'goto' ? ['goto', target.flow] : ['run', target.file];
    const text = `${verb} ${to}`;
    const changed = (before) => fromTo(before, before.startsWith(`${verb} `) ? to : text);
    return {
        name,
        isNamed: name !== `rule ${index + 1}`,
        summary: `number ${index + 1}: when ${condition}, ${text}`,
        facts: [
            { name: 'when', text: condition, meaning: meaningOf(when) },
            { name: 'target', text, meaning: verb === 'goto' ? `goto ${followed(to)}` : text, changed },
            ...stateFacts(state),
        ],
        details: [...new Set(tablesOf(when))].flatMap(({ file }) => fileDetail(file, files)),
    };
}
function exampleItem({ name, call, expect }) {
    return {
        name,
        isNamed: !/^example \d+$/.test(name),
        summary: '',
        facts: [
            { name: 'call', text: jsonOf(call), changed: () => 'another call' },
            { name: 'expect', text: jsonOf(expect), changed: () => 'another expectation' },
        ],
    };
}
/** `state city "Albany" → "Troy"`, key by key. */
function stateFacts(state) {
    return Object.entries(state).map(([key, value]) => {
        return { name: `state ${key}`, text: clip(JSON.stringify(value)), meaning: jsonOf(value) };
    });
}
/** A value as JSON, the same however its keys were ordered. */
function jsonOf(value) {
    return JSON.stringify(value, (_key, inner) => {
        const isMap = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
        return isMap ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner;
    });
}
/**
 * What a condition means, as text: equal for two that match the same calls for the same reasons, however their
 * numbers were written and their parts were ordered. Files count by name, not by content.
 */
function meaningOf(condition) {
    return JSON.stringify(condition, (key, value) => {
        // As it was written, for people.
        if (key === 'text')
            return undefined;
        if (value instanceof Set)
            return [...value].sort();
        if (key === 'tables')
            return value.map(({ file }) => file);
        if (key === 'prefixes')
            return value.toSorted();
        return key === 'of' && Array.isArray(value) ? value.map(meaningOf).sort() : value;
    });
}
/** How many became a VIP and how many are none any more, not who. */
function vipDetails(before, after, files) {
    const [old, now] = [byFile(before.tables), byFile(after.tables)];
    const stayed = (tables) => tables.map(({ file }) => file).filter((file) => old.has(file) && now.has(file));
    const order = formatList(now.keys());
    return [
        ...countDetail(before.numbers, after.numbers),
        ...before.tables
            .filter(({ file }) => !now.has(file))
            .map(({ file, size }) => `file ${file} removed, ${plusMinus(0, size) || 'no numbers'}`),
        ...after.tables
            .filter(({ file }) => !old.has(file))
            .map(({ file, size }) => `file ${file} added, ${plusMinus(size, 0) || 'no numbers'}`),
        ...(isDeepStrictEqual(stayed(before.tables), stayed(after.tables))
            ? []
            : [`files now in the order ${order}`]),
        ...stayed(after.tables).flatMap((file) => [
            ...columnDetail(file, old.get(file)?.columns ?? [], now.get(file)?.columns ?? []),
            ...fileDetail(file, files, { withRows: true }),
        ]),
        ...factChanges(headerFacts(before), headerFacts(after)),
    ];
}
function headerFacts({ headers }) {
    return [...headers].map(([name, values]) => {
        return {
            name: `header ${headerName(name)}`,
            text: formatList(values),
            meaning: String([...values].sort()),
        };
    });
}
function countDetail(before, after) {
    const added = [...after].filter((number) => !before.has(number)).length;
    const removed = before.size - (after.size - added);
    const text = plusMinus(added, removed);
    return text === '' ? [] : [{ text, numbers: { added, removed, otherRows: 0 } }];
}
function columnDetail(file, old, now) {
    const columns = cameAndWent(old, now);
    if (columns !== '')
        return [`columns ${columns} in ${file}`];
    return isDeepStrictEqual(old, now) ? [] : [`columns of ${file} in another order`];
}
/** Compares each file once, however many rules read it. */
async function changedFiles(before, after) {
    const old = allTables(before);
    const changes = new Map();
    for (const [file, now] of allTables(after)) {
        const then = old.get(file);
        if (then === undefined)
            continue;
        const isSame = before.defaultCountry === after.defaultCountry && isSameContent(then, now);
        if (!isSame)
            changes.set(file, await compareTables(then, now));
    }
    return changes;
}
function allTables({ vip, branches, rules }) {
    const ofBranches = branches.flatMap(({ numbers }) => numbers.tables);
    return byFile([...vip.tables, ...ofBranches, ...rules.flatMap(({ when }) => tablesOf(when))]);
}
/** The files of numbers that a condition reads, however deep. */
function tablesOf(condition) {
    return leavesOf(condition).flatMap((leaf) => ('numbers' in leaf ? leaf.numbers.tables : []));
}
function byFile(tables) {
    return new Map(tables.map((table) => [table.file, table]));
}
/** Asking for the time costs as much as comparing a number. */
const NUMBERS_PER_TURN = 500;
async function compareTables(before, after) {
    // With other columns every row is another one; that is one change, not a million.
    const withRows = isDeepStrictEqual(before.columns, after.columns);
    const turn = turns();
    let [seen, common, otherRows] = [0, 0, 0];
    for (const number of numbersOf(after)) {
        if (hasNumber(before, number)) {
            common += 1;
            if (withRows && !isSameRow(after, before, number))
                otherRows += 1;
        }
        if (++seen % NUMBERS_PER_TURN === 0)
            await turn();
    }
    return Object.freeze({ added: after.size - common, removed: before.size - common, otherRows });
}
/** `+12 −3 numbers in vips.csv, 4 rows changed`; empty where nothing changed that counts here. */
function fileDetail(file, files, { withRows = false } = {}) {
    const numbers = files.get(file);
    if (numbers === undefined)
        return [];
    const { added, removed, otherRows } = numbers;
    const rows = `${otherRows.toLocaleString('en-US')} ${otherRows === 1 ? 'row' : 'rows'} changed`;
    const [first = '', ...more] = [plusMinus(added, removed), withRows && otherRows > 0 ? rows : ''].filter(Boolean);
    return first === '' ? [] : [{ text: [`${first} in ${file}`, ...more].join(', '), numbers }];
}
/** `+12 −3 numbers`, `+1 number`; empty where none came or went. */
function plusMinus(added, removed) {
    if (added + removed === 0)
        return '';
    const came = added > 0 ? `+${added.toLocaleString('en-US')} ` : '';
    const went = removed > 0 ? `−${removed.toLocaleString('en-US')} ` : '';
    return `${came}${went}${added + removed === 1 ? 'number' : 'numbers'}`;
}
//# sourceMappingURL=diff.js.map