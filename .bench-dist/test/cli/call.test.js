import { expect, test } from '@jest/globals';
import { codeFlowOf } from '../../src/cli/call.js';
import { compile } from '../../src/flows/compile.js';
import { projectFolder } from '../flows/project-folder.js';
test('doorman call names the code flow that the rule of a call runs, by the same flow files only', async () => {
    const compiled = await compile(projectFolder('flows'));
    const revision = compiled.ok ? compiled.revision : undefined;
    const file = (rule, of = revision?.id ?? '') => codeFlowOf(revision, { rule, revision: of });
    expect(file('The rest is code')).toBe('triage.ts');
    expect(file('VIP callers')).toBeUndefined();
    expect(file('The rest is code', '000000000000')).toBeUndefined();
});
//# sourceMappingURL=call.test.js.map