import { suggestion } from '../lib/nearest.js';
import { originalPosition } from './functions/source-position.js';
/** `gotoFlow("main")`, and the whole of `gotoFlow(isVip ? "vip" : "main")`. The bundler has left out comments. */
const GOTO = /\bgotoFlow(?:\?\.)?\(([^()]*)\)/g;
/** A text that is the whole argument, or a branch of it. */
const LITERAL = /(?<=(?:^|[?:|])\s*)(["'`])([^"'`\\$]*)\1(?=\s*(?:$|:))/g;
/** A problem for each flow that does not exist, where the code has its name as a literal. */
export function unknownFlows(fn, flows) {
    const known = new Set(flows);
    return [...fn.code.matchAll(GOTO)].flatMap(({ index, 0: call, 1: argument = '' }) => [...argument.matchAll(LITERAL)].flatMap((literal) => {
        const name = literal[2] ?? '';
        if (known.has(name))
            return [];
        const offset = index + call.indexOf('(') + 1 + literal.index;
        const message = `there is no flow "${name}" in routing.yaml${suggestion(name, known)}`;
        return [{ ...positionAt(offset, fn), code: 'flows.unknown_name', message }];
    }));
}
function positionAt(offset, fn) {
    const before = fn.code.slice(0, offset).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    return originalPosition({ file: fn.file, line: before.length, column }, fn);
}
//# sourceMappingURL=unknown-flows.js.map