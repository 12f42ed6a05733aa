import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { projectFolder } from '../flows/project-folder.js';
/** Lets the program that follows see another version of Node.js than the one it runs on. */
const OLDER = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.4' } })")}`;
test('on an older Node.js, doorman says in one line what it needs and loads nothing else', async () => {
    const program = projectFolder('dist/src/cli/doorman.js');
    const result = await new Promise((resolve) => {
        execFile(process.execPath, ['--import', OLDER, program, '--version'], (error, out, err) => resolve({ exit: error?.code, out, err }));
    });
    expect(result).toEqual({
        exit: 2,
        out: '',
        err: 'doorman needs Node.js 24 or later; this is Node.js 20.19.4.\n',
    });
});
//# sourceMappingURL=node-version.test.js.map