import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../src/flows/compile.js';
import { formatProblem, PROBLEM_CODES } from '../../src/flows/problem.js';
import { projectFolder } from './project-folder.js';
/**
 * Each folder holds flow files beside `problems.txt`, which says what is wrong with them: a line for each problem and
 * each warning. `UPDATE_GOLDEN=1` writes these files anew; look at what changed.
 */
const GOLDEN = projectFolder('test', 'golden', 'problems');
const line = (suffix) => (problem) => `${formatProblem(problem)} [${problem.code}]${suffix}\n`;
describe('the problems of flow files', () => {
    test.each(readdirSync(GOLDEN))('%s', async (name) => {
        const file = join(GOLDEN, name, 'problems.txt');
        const compiled = await compile(join(GOLDEN, name));
        const problems = compiled.ok ? [] : compiled.problems;
        const found = [...problems.map(line('')), ...compiled.warnings.map(line(' (warning)'))].join('');
        if (process.env.UPDATE_GOLDEN === '1')
            await writeFile(file, found);
        expect(found).toBe(await readFile(file, 'utf8'));
        const codes = [...problems, ...compiled.warnings].map(({ code }) => code);
        expect(Object.keys(PROBLEM_CODES)).toEqual(expect.arrayContaining(codes));
    });
});
//# sourceMappingURL=golden.test.js.map