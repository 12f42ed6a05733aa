import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { OUTCOMES } from '../../src/history/decision-record.js';
import { projectFolder } from '../flows/project-folder.js';
test('the life of a call names each outcome once', () => {
    const page = readFileSync(projectFolder('docs/how-it-works.md'), 'utf8');
    const rows = [...page.matchAll(/^\| [^|]+ \| [^|]+ \| `([a-z_]+)` \|$/gm)].map((row) => row[1]);
    expect(rows.sort()).toEqual(Object.keys(OUTCOMES).sort());
});
//# sourceMappingURL=how-it-works.test.js.map