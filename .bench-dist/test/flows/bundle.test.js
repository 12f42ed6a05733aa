import { describe, expect, test } from '@jest/globals';
import { revisionOf, routing } from './temp-folder.js';
/** What the default export of a bundled code flow returns. */
async function returned(files) {
    const rules = ['rules:', '  - run: ./a.ts'];
    const flow = (await revisionOf({ ...routing(...rules), ...files })).functions.get('a.ts');
    const module = { exports: {} };
    new Function('module', 'exports', 'require', flow?.code ?? '')(module, module.exports, () => ({ sep: '/' }));
    return module.exports.default?.();
}
describe('a bundled code flow', () => {
    test('has its types taken off and its imports taken in', async () => {
        expect(await returned({
            'a.ts': "import type { Conversation } from 'asterisk-doorman'\nimport { b } from './lib/b.js'\nimport data from './d.json'\nexport default function f(_conv: Conversation): string { return b + data.c }\n",
            'lib/b.ts': "export const b: string = 'b'\n",
            'd.json': '{ "c": "c" }',
        })).toBe('bc');
    });
    test('may import a type without saying so', async () => {
        const text = "import { Conversation } from 'asterisk-doorman'\nexport default (_conv: Conversation) => 1\n";
        expect(await returned({ 'a.ts': text })).toBe(1);
    });
    test('may hand on the function of another file', async () => {
        expect(await returned({
            'a.ts': "export { f as default } from './b.js'\n",
            'b.ts': 'export const f = () => 2\n',
        })).toBe(2);
    });
    test('is not changed by a tsconfig.json beside it', async () => {
        const files = {
            'a.ts': 'export default () => 3\n',
            'tsconfig.json': '{ "compilerOptions": { "target": "nonsense" ',
        };
        expect(await returned(files)).toBe(3);
    });
    test('comes with a source map that names the author’s file', async () => {
        const files = { ...routing('rules: [{ run: a.ts }]'), 'a.ts': 'export default () => 1\n' };
        const map = JSON.parse((await revisionOf(files)).functions.get('a.ts')?.map ?? '{}');
        expect(map).toMatchObject({ version: 3, sources: expect.arrayContaining(['a.ts']) });
    });
    test('is made once, however many rules run it', async () => {
        const lines = ['rules: [{ run: a.ts }, { run: ./a.ts }, { run: b.js }]'];
        const files = { 'a.ts': 'export default () => 1\n', 'b.js': 'module.exports = () => 2\n' };
        const { functions, routing: compiled } = await revisionOf({ ...routing(...lines), ...files });
        expect([...functions.keys()]).toEqual(['a.ts', 'b.js']);
        const areThere = compiled.rules.map(({ target }) => target.kind === 'run' && functions.has(target.file));
        expect(areThere).toEqual([true, true, true]);
    });
});
//# sourceMappingURL=bundle.test.js.map