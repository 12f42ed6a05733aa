import { matcherOf, sampleOf } from './pattern.js';
/** Extensions that Asterisk goes to by itself; no call is sent to them. */
const SPECIAL = /^[hiteoaT]$/;
/** They neither wait for the caller nor send the call elsewhere; a subroutine returns. */
const PASSING = new Set(['Set', 'MSet', 'NoOp', 'Verbose', 'Log', 'Gosub', 'GosubIf', 'CELGenUserEvent', 'UserEvent'].map((name) => name.toLowerCase()));
const MOST_PLACES = 20_000;
/** The dialplan that Asterisk runs, as far as its text shows where a call goes. */
export class RunningDialplan {
    steps;
    #contexts;
    /** @param includes by context, without their times */
    constructor(steps, includes) {
        this.steps = steps;
        const names = new Set([...steps.map(({ context }) => context), ...includes.keys()]);
        const byContext = Map.groupBy(steps, ({ context }) => context);
        const contextOf = (name) => {
            const byExtension = Map.groupBy(byContext.get(name) ?? [], ({ extension }) => extension);
            const extensions = [...byExtension].map(([extension, steps]) => {
                return { context: name, extension, takes: matcherOf(extension), steps };
            });
            return { extensions, includes: includes.get(name) ?? [] };
        };
        this.#contexts = new Map([...names].map((name) => [name, contextOf(name)]));
    }
    has(context) {
        return this.#contexts.has(context);
    }
    /** The extension that takes the number: in the context itself, else in those that it includes, in their order. */
    find({ context, number }) {
        for (const { extensions } of this.#withIncluded(context)) {
            const found = extensions.find(({ takes }) => takes(number));
            if (found !== undefined)
                return found;
        }
        return undefined;
    }
    /** A number for each extension that calls to this context can take. */
    numbersIn(context) {
        const extensions = this.#withIncluded(context).flatMap((one) => one.extensions);
        return extensions
            .map(({ extension }) => extension)
            .filter((name) => !SPECIAL.test(name))
            .map(sampleOf);
    }
    #withIncluded(context, seen = new Set()) {
        const found = this.#contexts.get(context);
        if (found === undefined || seen.has(context))
            return [];
        seen.add(context);
        return [found, ...found.includes.flatMap((name) => this.#withIncluded(name, seen))];
    }
    /**
     * The contexts that a call from here goes through before anything waits for the caller or chooses between two ways,
     * ending with `target` if it gets there.
     */
    straightWay(from, target) {
        const contexts = [];
        const seen = new Set();
        for (let at = from; at !== undefined;) {
            const key = JSON.stringify(at);
            if (seen.has(key))
                return contexts;
            seen.add(key);
            if (at.context === target)
                return [...contexts, target];
            const found = this.find(at);
            if (found === undefined)
                return contexts;
            if (contexts.at(-1) !== found.context)
                contexts.push(found.context);
            const start = found.steps.findIndex(({ priority, label }) => [String(priority), label].includes(at?.priority ?? '1'));
            const next = start < 0 ? undefined : found.steps.slice(start).find((step) => !isPassing(step));
            at = next?.application.toLowerCase() === 'goto' ? resolved(next.data, at) : undefined;
        }
        return contexts;
    }
    /** Whether some way leads from one of these to a context, whatever is dialled, pressed or found out on it. */
    mayReach(from, target) {
        const seen = new Set();
        const open = [...from];
        for (let at = open.pop(); at !== undefined && seen.size < MOST_PLACES; at = open.pop()) {
            if (at.context === target)
                return true;
            const place = at;
            const key = `${place.context},${place.number}`;
            if (seen.has(key))
                continue;
            seen.add(key);
            const jumps = this.find(place)?.steps.flatMap(jumpsOf) ?? [];
            open.push(...jumps.flatMap((text) => resolved(text, place) ?? []));
        }
        return false;
    }
}
function isPassing({ application, data }) {
    if (application.toLowerCase() === 'execif')
        return branchesOf(data).every(isPassingText);
    return PASSING.has(application.toLowerCase());
}
function isPassingText(text) {
    const called = calledIn(text);
    return called === undefined || isPassing(called);
}
function calledIn(text) {
    const [, application, data] = /^\s*(\w+)\((.*)\)\s*$/s.exec(text) ?? [];
    return application === undefined || data === undefined ? undefined : { application, data };
}
/** The locations that a step may send a call to, as the dialplan writes them. */
export function jumpsOf({ application, data }) {
    switch (application.toLowerCase()) {
        case 'goto':
        case 'gosub':
            return [data];
        case 'gotoif':
        case 'gotoiftime':
        case 'gosubif':
            return branchesOf(data);
        case 'execif':
        case 'execiftime':
            return branchesOf(data).flatMap((text) => {
                const called = calledIn(text);
                return called === undefined ? [] : jumpsOf(called);
            });
        case 'macro':
            return [`macro-${split(data, ',')[0]},s,1`];
        default:
            return [...data.matchAll(/\bLocal\/([^@&,/)]+)@([\w-]+)/g)].map((found) => `${found[2]},${found[1]},1`);
    }
}
/** `condition?if true:if false` */
function branchesOf(data) {
    const [, ...branches] = split(data, '?');
    return split(branches.join('?'), ':').filter((branch) => branch.trim() !== '');
}
/** Context, extension and priority; undefined where they hang on a variable other than the dialled number. */
function resolved(text, { context, number }) {
    const parts = split(text, ',').map((part) => part.trim());
    const [priority = '1', extension = '', where = ''] = parts.slice(0, 3).reverse();
    const place = {
        context: where === '' ? context : where,
        number: extension === '' || extension === '${EXTEN}' ? number : extension,
        priority: priority.replace(/\(.*$/s, ''),
    };
    return `${place.context}${place.number}`.includes('$') ? undefined : place;
}
/** Splits at a character outside of brackets. */
function split(text, at) {
    const parts = [''];
    let depth = 0;
    for (const char of text) {
        if ('([{'.includes(char))
            depth += 1;
        if (')]}'.includes(char))
            depth -= 1;
        if (char === at && depth === 0)
            parts.push('');
        else
            parts[parts.length - 1] += char;
    }
    return parts;
}
//# sourceMappingURL=running.js.map