import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync, } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeDialplanFile } from '../../../src/asterisk/dialplan/file.js';
const TEXT = '[doorman]\nexten => s,1,NoOp()\n';
let folder = '';
let file = '';
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorman-file-'));
    file = join(folder, 'extensions_doorman.conf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
describe('the file of the generated contexts', () => {
    test('is made where there is none, readable for Asterisk, and nothing is left beside it', async () => {
        expect(await writeDialplanFile(file, TEXT)).toBe('written');
        expect(readFileSync(file, 'utf8')).toBe(TEXT);
        expect(statSync(file).mode & 0o777).toBe(0o644);
        expect(readdirSync(folder)).toEqual(['extensions_doorman.conf']);
    });
    test('is replaced as a whole: a process that has the old one open reads it to its end', async () => {
        writeFileSync(file, '[doorman]\nexten => s,1,Hangup()\n');
        const before = statSync(file).ino;
        expect(await writeDialplanFile(file, TEXT)).toBe('written');
        expect(statSync(file).ino).not.toBe(before);
    });
    test('is not touched where it has the text already', async () => {
        await writeDialplanFile(file, TEXT);
        const before = statSync(file);
        expect(await writeDialplanFile(file, TEXT)).toBe('unchanged');
        expect([statSync(file).ino, statSync(file).mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    });
    test('may be a link, which stays one', async () => {
        const real = join(folder, 'real.conf');
        writeFileSync(real, '');
        symlinkSync(real, file);
        await writeDialplanFile(file, TEXT);
        expect(lstatSync(file).isSymbolicLink()).toBe(true);
        expect(readFileSync(real, 'utf8')).toBe(TEXT);
    });
    test.each(['[from-trunk]', ' [globals]', '#include "other.conf"', '#exec /bin/date'])('is not written over a file with %s in it', async (line) => {
        const before = `; mine\n${line}\n[doorman]\n`;
        writeFileSync(file, before);
        await expect(writeDialplanFile(file, TEXT)).rejects.toThrow(line.trim());
        expect(readFileSync(file, 'utf8')).toBe(before);
    });
    test('that cannot be written says so, and leaves nothing behind', async () => {
        const nowhere = join(folder, 'no-such-folder/extensions_doorman.conf');
        await expect(writeDialplanFile(nowhere, TEXT)).rejects.toThrow(`${nowhere} cannot be written`);
        await expect(writeDialplanFile(folder, TEXT)).rejects.toThrow('Nothing was changed');
        expect(readdirSync(folder)).toEqual([]);
    });
});
//# sourceMappingURL=file.test.js.map