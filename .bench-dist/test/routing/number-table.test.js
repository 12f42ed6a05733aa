import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { splitLine } from '../../src/routing/csv.js';
import { readNumberTable } from '../../src/routing/number-file.js';
import { hasNumber, numbersOf, rowOf } from '../../src/routing/number-table.js';
import { projectFolder } from '../flows/project-folder.js';
import { tableOf } from './support/make.js';
const golden = parseYaml(readFileSync(projectFolder('test/golden/number-files.yaml'), 'utf8'));
const lines = (all) => all.map((one) => `${one.line}:${one.column}: ${one.message}`);
describe('a file of numbers', () => {
    test.each(golden)('may hold $what', ({ text, country, rows, ...expected }) => {
        const { table, problems, duplicates } = tableOf(text, country === 'none' ? null : 'US');
        expect(lines(problems)).toEqual(expected.problems ?? []);
        expect(lines(duplicates)).toEqual(expected.duplicates ?? []);
        for (const [number, row] of Object.entries(rows ?? {})) {
            expect(Object.entries(rowOf(table, number) ?? {}).sort()).toEqual(Object.entries(row ?? {}).sort());
            expect(hasNumber(table, number)).toBe(row !== null);
        }
        const numbers = Object.entries(rows ?? {}).flatMap(([number, row]) => (row === null ? [] : [number]));
        if (rows !== undefined)
            expect([...numbersOf(table)].sort()).toEqual(numbers.sort());
        expect(table.size).toBe([...numbersOf(table)].length);
    });
    test('reports a file in a wrong format without a report for every line', () => {
        const { problems } = tableOf(`number\n${'nonsense\n'.repeat(5_000)}`);
        expect(problems).toHaveLength(101);
        expect(problems.at(-1)?.message).toContain('too many problems');
    });
    test('finds each of ten thousand numbers, and no other', () => {
        const numbers = Array.from({ length: 10_000 }, (_, at) => `+1555${String(at * 7).padStart(7, '0')}`);
        const rows = numbers.map((number, at) => `${number},Caller ${at},gold`);
        const { table } = tableOf(`number,name,tier\n${rows.join('\n')}\n`);
        expect(table.size).toBe(10_000);
        expect(numbers.map((number) => rowOf(table, number)?.name)).toEqual(numbers.map((_, at) => `Caller ${at}`));
        expect(numbers.filter((number) => hasNumber(table, `${number.slice(0, -1)}`))).toEqual([]);
    });
    test('lies in shared memory, so that another thread gets it without a copy', () => {
        const { table } = tableOf('number,name\n+15551234567,Ann\n1001,Bob\n');
        for (const { buffer } of [table.content, table.keys, table.lineStarts])
            expect(buffer).toBeInstanceOf(SharedArrayBuffer);
        const clone = structuredClone(table);
        expect(['+15551234567', '1001'].map((number) => rowOf(clone, number)?.name)).toEqual(['Ann', 'Bob']);
        expect(readNumberTable('again.csv', table.content, 'US').table.content.buffer).toBe(table.content.buffer);
    });
    test('says of any bytes what is wrong with them, and never throws', () => {
        fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
            const { table } = readNumberTable('any.csv', Buffer.from(bytes), 'US');
            expect(rowOf(table, '+15551234567')).toBeUndefined();
        }));
    });
    test('has as many cells in a line as the CSV library sees, and the same text in each', () => {
        const line = fc
            .array(fc.constantFrom('a', '"', ',', ' ', '"b"', '""', 'é'), { maxLength: 8 })
            .map((all) => all.join(''));
        fc.assert(fc.property(line, (text) => {
            const { cells, fault } = splitLine(`x${text}`);
            if (fault !== undefined)
                return;
            const [parsed = []] = parse(`x${text}`, { trim: true });
            expect(cells.map((cell) => cell.text)).toEqual(parsed);
        }), { numRuns: 1_000 });
    });
});
//# sourceMappingURL=number-table.test.js.map