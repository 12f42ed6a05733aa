/** The generic half of a diff: what was removed, added, renamed, moved and changed in a list of named items. */
import { turns } from '../lib/turns.js';
/** Parts whose order counts: the first branch that has a number takes it. */
const ORDERED = new Set(['branch', 'rule']);
/** Parts of which one with another name and the same facts is the same one, renamed. */
const RENAMED = new Set(['flow', 'rule', 'example']);
const QUOTED = new Set(['branch', 'rule', 'example']);
export function change(part, kind, name, detail) {
    const subject = name === '' ? part : `${part} ${quoted(part, name)}`;
    const { text, ...counts } = typeof detail === 'string' ? { text: detail } : detail;
    return Object.freeze({ part, kind, name, text: `${subject}: ${text}`, ...counts });
}
function quoted(part, name) {
    return QUOTED.has(part) ? `"${name}"` : name;
}
/** What was removed, added, renamed, moved and changed, in this order. Lets calls have their turn meanwhile. */
export async function diffItems(part, oldOnes, newOnes, itemOf) {
    const turn = turns();
    const itemsOf = async (ones, side) => {
        const items = [];
        for (const one of ones) {
            items.push(itemOf(one, side));
            await turn();
        }
        return items;
    };
    const [before, after] = [await itemsOf(oldOnes, 'before'), await itemsOf(newOnes, 'after')];
    const pairs = pairsOf(part, before, after);
    const stayed = new Set(pairs.values());
    const what = (summary, prefix) => (summary === '' ? '' : `${prefix}${summary}`);
    const changes = [
        ...before
            .filter((item) => !stayed.has(item))
            .map(({ name, summary }) => change(part, 'removed', name, `removed${what(summary, ', it was ')}`)),
        ...after
            .filter((item) => !pairs.has(item))
            .map(({ name, summary }) => change(part, 'added', name, `added${what(summary, ', ')}`)),
        ...renamedAndMoved(part, pairs, before, after),
    ];
    for (const [now, then] of pairs) {
        const details = [...factChanges(then.facts, now.facts), ...(now.details ?? [])];
        changes.push(...details.map((detail) => change(part, 'changed', now.name, detail)));
        await turn();
    }
    return { changes, pairs };
}
/**
 * After → before. By name first; what is left by its facts, so that one that was renamed or has no name is known
 * again; and what has no name and other facts by its position.
 */
function pairsOf(part, before, after) {
    const pairs = new Map();
    const pairBy = (keyOf) => {
        const paired = new Set(pairs.values());
        const waiting = Map.groupBy(before, (item) => (paired.has(item) ? undefined : keyOf(item)));
        for (const item of after) {
            const key = pairs.has(item) ? undefined : keyOf(item);
            const partner = key === undefined ? undefined : waiting.get(key)?.shift();
            if (partner !== undefined)
                pairs.set(item, partner);
        }
    };
    pairBy(({ name, isNamed = true }) => (isNamed ? name : undefined));
    if (!RENAMED.has(part))
        return pairs;
    pairBy(({ facts }) => JSON.stringify(facts.map((fact) => [fact.name, meaningOf(fact)]).sort()));
    pairBy(({ name, isNamed = true }) => (isNamed ? undefined : name));
    return pairs;
}
function renamedAndMoved(part, pairs, before, after) {
    const positions = new Map([...before.entries()].map(([at, item]) => [item, at]));
    const stayed = after.flatMap((now, to) => {
        const then = pairs.get(now);
        return then === undefined ? [] : [{ then, now, from: positions.get(then) ?? 0, to }];
    });
    const moved = ORDERED.has(part) ? movedAmong(stayed.map(({ from }) => from)) : new Set();
    return stayed.flatMap(({ then, now, from, to }, at) => {
        const isRenamed = then.name !== now.name && (then.isNamed !== false || now.isNamed !== false);
        const name = quoted(part, now.name) + (part === 'flow' ? `, still ${now.summary}` : '');
        return [
            ...(isRenamed ? [change(part, 'renamed', then.name, `renamed to ${name}`)] : []),
            ...(moved.has(at) ? [change(part, 'moved', now.name, `moved ${from + 1} → ${to + 1}`)] : []),
        ];
    });
}
/**
 * Which of the positions are out of order, when as many as possible count as having stayed: a rule that is put in
 * front of a hundred others has moved, and the hundred have not. What stays is the longest rising subsequence, found
 * by patience sorting.
 *
 * @param before where each item stood before, in the order in which the items stand now; all different.
 * @returns indexes into `before`.
 */
function movedAmong(before) {
    /** `tails[n]` ends the lowest rise of n + 1 items; `previous` leads back through it. */
    const tails = [];
    const previous = [];
    for (const [at, position] of before.entries()) {
        const lower = tails.findLastIndex((tail) => (before[tail] ?? 0) < position);
        previous.push(tails[lower]);
        tails[lower + 1] = at;
    }
    const moved = new Set(before.keys());
    for (let at = tails.at(-1); at !== undefined; at = previous[at])
        moved.delete(at);
    return moved;
}
/** `context sales → shop`, one line for each fact that changed. */
export function factChanges(before, after) {
    const removed = before.filter(({ name }) => !after.some((fact) => fact.name === name));
    const changes = after.flatMap((now) => {
        const { name, text } = now;
        const old = before.find((fact) => fact.name === name);
        if (old === undefined)
            return [`${name} added, ${text}`];
        if (meaningOf(old) === meaningOf(now))
            return [];
        if (now.changed !== undefined)
            return [now.changed(old.text)];
        // `caller: 5551234567` is another number in another default country.
        return [
            old.text === text ? `${name} ${text} now means other numbers` : `${name} ${fromTo(old.text, text)}`,
        ];
    });
    return [...changes, ...removed.map(({ name, text }) => `${name} removed, it was ${text}`)];
}
function meaningOf({ text, meaning = text }) {
    return meaning;
}
/** `sales_flow → main`; a missing side is called `nothing`. */
export function fromTo(before, after) {
    return `${before || 'nothing'} → ${after || 'nothing'}`;
}
//# sourceMappingURL=diff-items.js.map