import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findSettings } from '../../src/settings/find.js';
import { inFolder } from '../flows/temp-folder.js';
const FILES = { 'settings.env': 'DOORMAN_DATA=/var/lib/doorman\n' };
const ENV = { DOORMAN_SETTINGS: '/srv/doorman.env' };
describe('the settings file', () => {
    test('is that of --settings, else of DOORMAN_SETTINGS, else that of the installed instance', () => inFolder(FILES, async (folder) => {
        const installed = join(folder, 'settings.env');
        expect(findSettings('own.env', ENV, installed)).toEqual({ file: 'own.env', note: undefined });
        const note = 'Settings: /srv/doorman.env (DOORMAN_SETTINGS)';
        expect(findSettings(undefined, ENV, installed)).toEqual({ file: '/srv/doorman.env', note });
        expect(findSettings(undefined, {}, installed)).toEqual({
            file: installed,
            note: `Settings: ${installed}`,
        });
        expect(findSettings(undefined, { DOORMAN_SETTINGS: '' }, installed).file).toBe(installed);
    }));
    test('is none where nothing is installed', () => {
        const none = { file: undefined, note: undefined };
        expect(findSettings(undefined, {}, '/no/such/settings.env')).toEqual(none);
    });
    test('is none where this user may not read that of the installed instance, and a note says so', () => inFolder(FILES, async (folder) => {
        // The folder of a test is private to its user; root may read everything.
        const isRoot = process.geteuid?.() === 0;
        if (isRoot)
            process.seteuid?.(65_534);
        try {
            const installed = isRoot ? join(folder, 'settings.env') : '/root/settings.env';
            const { file, note } = findSettings(undefined, {}, installed);
            expect(file).toBeUndefined();
            expect(note).toMatch(/settings\.env cannot be read by the user .+ \(EACCES\).*sudo/);
        }
        finally {
            if (isRoot)
                process.seteuid?.(0);
        }
    }));
});
//# sourceMappingURL=find.test.js.map