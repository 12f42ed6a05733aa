import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { projectFolder } from '../flows/project-folder.js';
import { doorman } from './command.js';
const FLOWS = ['--flows', projectFolder('flows')];
test('doorman dialplan prints what is committed in asterisk-conf, and needs no passwords', async () => {
    const committed = readFileSync(projectFolder('asterisk-conf/extensions_doorman.conf'), 'utf8');
    expect(await doorman(['dialplan', ...FLOWS])).toEqual({ exit: 0, out: committed, err: '' });
});
test('doorman dialplan names the application of DOORMAN_APP', async () => {
    const { out } = await doorman(['dialplan', ...FLOWS], { DOORMAN_APP: 'front-desk' });
    expect(out).toContain('Stasis(front-desk,3&');
});
//# sourceMappingURL=dialplan.test.js.map