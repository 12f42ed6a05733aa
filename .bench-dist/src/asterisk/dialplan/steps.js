import { createHash } from 'node:crypto';
/** The contexts as text of extensions.conf. */
export function render(contexts) {
    const comments = (why = []) => why.map((line) => `; ${line}`);
    const extension = ({ pattern, lines, why }) => [
        ...comments([...(why ?? []), ...(lines[0]?.why ?? [])]),
        ...lines.flatMap(({ run, label, why: reasons }, index) => [
            ...(index === 0 ? [] : comments(reasons)),
            index === 0
                ? `exten => ${pattern},1,${run}`
                : ` same => n${label === undefined ? '' : `(${label})`},${run}`,
        ]),
    ];
    return contexts
        .map(({ name, why, extensions }) => [`[${name}]`, ...comments(why), ...extensions.flatMap(extension), ''].join('\n'))
        .join('\n');
}
/** The same as the priorities that Asterisk's ShowDialPlan lists. */
export function stepsOf(contexts) {
    return contexts.flatMap(({ name, extensions }) => extensions.flatMap(({ pattern, lines }) => lines.map(({ run }, index) => {
        const [, application = run, data = ''] = /^(\w+)\((.*)\)$/.exec(run) ?? [];
        return { context: name, extension: pattern, priority: index + 1, application, data };
    })));
}
/** Twelve hexadecimal digits that stand for what the steps do, whatever the comments between them say. */
export function fingerprint(steps) {
    return createHash('sha256').update(JSON.stringify(steps)).digest('hex').slice(0, 12);
}
/** How the running steps differ from the generated ones, a line each; none where they are the same. */
export function stepDifferences(generated, running) {
    const [wanted, found] = [byLocation(generated), byLocation(running)];
    const changed = [...wanted].flatMap(([location, step]) => {
        const other = found.get(location);
        if (other === step)
            return [];
        const from = firstDifference(step, other ?? '');
        return [`${location}: runs ${excerpt(other ?? 'nothing', from)}, written is ${excerpt(step, from)}`];
    });
    const more = [...found].filter(([location]) => !wanted.has(location));
    return [
        ...changed,
        ...more.map(([location, step]) => `${location}: runs ${excerpt(step, 0)}, written is nothing`),
    ];
}
/** Longer steps are shown from a little before the first difference. */
const SHOWN = 60;
const BEFORE = 20;
function firstDifference(one, other) {
    const at = [...one].findIndex((char, index) => char !== other[index]);
    return Math.max(0, (at === -1 ? one.length : at) - BEFORE);
}
function excerpt(step, from) {
    if (step.length <= SHOWN)
        return step;
    const shown = step.slice(from, from + SHOWN);
    return `${from > 0 ? '…' : ''}${shown}${from + SHOWN < step.length ? '…' : ''}`;
}
function byLocation(steps) {
    return new Map(steps.map(({ context, extension, priority, application, data }) => [
        `${context},${extension},${priority}`,
        `${application}(${data})`,
    ]));
}
//# sourceMappingURL=steps.js.map