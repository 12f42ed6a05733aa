import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { routingJsonSchema } from '../../src/flows/schema.js';
import { projectFolder } from '../flows/project-folder.js';
import { flowFileKeys } from './flow-file-keys.js';
const HEAD = '## Keys\n\nA test generates this section from the schema that `doorman check` uses.\n\n';
test('the page on flow files has every key of the schema', () => {
    const path = projectFolder('docs/flow-files.md');
    const page = readFileSync(path, 'utf8');
    const [intro] = page.split(HEAD);
    const expected = `${intro}${HEAD}${flowFileKeys(routingJsonSchema())}`;
    if (process.env.UPDATE_GOLDEN)
        writeFileSync(path, expected);
    else
        expect(page).toBe(expected);
});
//# sourceMappingURL=flow-files.test.js.map