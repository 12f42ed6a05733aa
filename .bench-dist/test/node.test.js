import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectFolder } from './flows/project-folder.js';
const folder = mkdtempSync(join(tmpdir(), 'doorman-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Lets the program that follows see another version of Node.js than the one it runs on. */
const seeing = (node) => `data:text/javascript,${encodeURIComponent(`Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${node}' } })`)}`;
/** An npm that writes down what it was asked for and installs an empty file. */
const NPM = `#!/bin/sh
echo "$@" >> ${folder}/asked
for prefix in "$@"; do [ "$last" = --prefix ] && break; last=$prefix; done
mkdir -p "$prefix/node_modules/node-${process.platform}-${process.arch}/bin"
`;
function nodeFolder(version) {
    const script = `import(${JSON.stringify(projectFolder('test/node.mjs'))}).then((module) =>
    console.log(module.nodeFolder(() => {})))`;
    const env = { PATH: `${folder}/bin:${process.env.PATH}`, DOORMAN_LAB: join(folder, 'lab') };
    const args = ['--import', seeing(version), '--input-type=module', '-e', script];
    return execFileSync(process.execPath, args, { env, encoding: 'utf8' }).trim();
}
test('the scripts run on the Node.js that is there, and fetch one with npm, once, where it is too old', () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/npm'), NPM);
    chmodSync(join(folder, 'bin/npm'), 0o755);
    expect(nodeFolder('24.1.0')).toBe(dirname(process.execPath));
    expect(existsSync(join(folder, 'asked'))).toBe(false);
    const fetched = nodeFolder('20.11.0');
    expect(nodeFolder('18.20.0')).toBe(fetched);
    expect(fetched).toMatch(/\/lab\/node\/24\.\d+\.\d+\/node_modules\/node-linux-(x64|arm64)\/bin$/);
    expect(existsSync(fetched)).toBe(true);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toMatch(/^install .*--ignore-scripts.* node-linux-\w+@24\S+\n$/);
});
//# sourceMappingURL=node.test.js.map