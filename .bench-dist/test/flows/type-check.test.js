import { describe, expect, test } from '@jest/globals';
import { checkTypes } from '../../src/flows/type-check.js';
import { inFolder } from './temp-folder.js';
const CODE = `import type { Conversation } from 'asterisk-doorman'
export default (conv: Conversation) => conv.gotoFlow(String(process.pid))
`;
/** A compiler of the admin's own, which is found from the flows folder upward. */
function withCompiler(body) {
    return {
        'flow.ts': CODE,
        'node_modules/typescript/package.json': '{ "type": "commonjs" }',
        'node_modules/typescript/bin/tsc': body,
    };
}
const checked = (files) => inFolder(files, (folder) => checkTypes(folder, ['routing.yaml', 'flow.ts']));
describe('the types of code flows', () => {
    test('are sound where they are, also with names of Node', async () => {
        expect(await checked({ 'flow.ts': CODE })).toEqual({ problems: [] });
    });
    test('are not checked where no TypeScript is installed, and it says so', async () => {
        const { problems, skipped } = await checkTypes('/', ['flow.ts'], '/');
        expect([problems, skipped]).toEqual([
            [],
            expect.stringMatching(/not installed; run "npm install typescript"/),
        ]);
    });
    test('need no TypeScript where there is no TypeScript', async () => {
        const check = inFolder({}, (folder) => checkTypes(folder, ['routing.yaml', 'a.js'], '/nowhere'));
        expect(await check).toEqual({ problems: [] });
    });
    test('are checked by the compiler of the folder before any other', async () => {
        const compiler = withCompiler('console.log("flow.ts(2,1): error TS1: by its own"); process.exitCode = 2');
        const problem = {
            file: 'flow.ts',
            line: 2,
            column: 1,
            code: 'flows.types',
            message: 'by its own (TypeScript 1)',
        };
        expect(await checked(compiler)).toEqual({ problems: [problem] });
    });
    test.each([
        [
            'an option that it does not know',
            'console.log("error TS6046: no such option"); process.exitCode = 1',
            /TS6046/,
        ],
        ['a crash', 'process.exit(3)', /Command failed/],
    ])('are not checked by a compiler that ends with %s, and it says so', async (_what, body, says) => {
        expect(await checked(withCompiler(body))).toEqual({ problems: [], skipped: expect.stringMatching(says) });
    });
});
//# sourceMappingURL=type-check.test.js.map