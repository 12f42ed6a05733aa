import { afterAll, describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import { FunctionRunner } from '../../src/flows/functions/function-runner.js';
const runner = new FunctionRunner({ checkDeadlineMs: 1_000 });
afterAll(() => runner.stop());
function flow(source) {
    const { code, map } = transformSync(source, {
        format: 'cjs',
        loader: 'ts',
        sourcefile: '../flows/triage.ts',
        sourcemap: 'external',
        minify: true,
    });
    return { file: 'triage.ts', code, map };
}
/** Never ends, and takes no processor time. */
const BLOCKS = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
/** What the check of one flow finds. */
const PROBLEM = { file: 'triage.ts', line: 1, column: 1, code: 'flows.function_load' };
describe('the check of a flow function', () => {
    test('finds nothing wrong with a sound one', async () => {
        const fn = flow('export default function triage() { throw new Error("not run") }');
        expect(await runner.check([fn])).toEqual([]);
    });
    const CRASHES = `interface Row { readonly a: number }\n\nconst rows: Row[] = []\nconsole.log(rows[0].a)\nexport default () => rows`;
    const NO_SYNTAX = 'module.exports.default = function () {\n  const a = ;\n}';
    const plain = (code) => ({ file: 'triage.ts', code, map: '' });
    test.each([
        [
            'a throw at its place in the author’s file',
            flow(CRASHES),
            'TypeError: Cannot read',
            { line: 4, column: 21 },
        ],
        ['code that does not parse', plain(NO_SYNTAX), 'SyntaxError', { line: 2, column: 13 }],
        ['an empty file', flow(''), 'export default function', {}],
        ['a file without a default', flow('export const triage = () => 1'), 'export default function', {}],
        ['a default that is a number', flow('export default 5'), 'export default function', {}],
        ['a default that is null', flow('export default null'), 'export default function', {}],
        ['code that exports null', plain('module.exports = null'), 'no default', {}],
        ['a loop', flow(`${BLOCKS}\nexport default () => 1`), 'longer than 1000 ms', {}],
        ['an exit', flow('process.exit(0)\nexport default () => 1'), 'process.exit, code 0', {}],
    ])('finds %s', async (_what, fn, message, at) => {
        expect(await runner.check([fn])).toEqual([
            { ...PROBLEM, ...at, message: expect.stringContaining(message) },
        ]);
    });
    test('names a helper file by its own name', async () => {
        const fn = flow('throw new Error("in a helper")');
        const map = fn.map.replace('../flows/triage.ts', '../flows/lib/numbers.ts');
        expect(await runner.check([{ ...fn, map }])).toEqual([
            {
                ...PROBLEM,
                file: 'flows/lib/numbers.ts',
                column: 7,
                message: expect.stringContaining('in a helper'),
            },
        ]);
    });
    test('ends early where the runner is stopped', async () => {
        const other = new FunctionRunner({ checkDeadlineMs: 60_000 });
        const checks = [other.check([flow(BLOCKS)]), other.check([flow(BLOCKS)])];
        await other.stop();
        const problems = (await Promise.all(checks)).flat();
        const messages = problems.map(({ message }) => message);
        expect(messages).toEqual(Array(2).fill(expect.stringContaining('not checked')));
    });
});
//# sourceMappingURL=function-check.test.js.map