import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Machine } from './machine.js';
const CONFIGURATION = {
    'http.conf': '[general]\nenabled = no\n',
    'ari.conf': '[general]\n',
    'manager.conf': '[general]\nenabled = yes\n',
    'extensions.conf': '[default]\n',
};
const ownersIn = (folder) => Object.fromEntries(readdirSync(folder).map((name) => {
    const { uid, gid, mode } = statSync(join(folder, name));
    return [name, [uid, gid, (mode & 0o7777).toString(8)]];
}));
const self = [process.getuid?.(), process.getgid?.()];
describe('under a umask that shuts everybody out', () => {
    let umask;
    beforeAll(() => {
        umask = process.umask(0o077);
    });
    afterAll(() => void process.umask(umask));
    test('what Asterisk reads is readable for its group, and secrets for nobody else', async () => {
        const machine = new Machine(CONFIGURATION);
        await machine.setUp();
        const { 'ari_doorman.conf': ari, 'extensions_doorman.conf': dialplan } = ownersIn(machine.etc);
        expect([ari, dialplan]).toEqual([
            [...self, '640'],
            [...self, '640'],
        ]);
        expect(ownersIn(machine.doorman)).toEqual({
            'ami-admin-secret': [...self, '600'],
            flows: [...self, '700'],
            'settings.env': [...self, '600'],
            setup: [...self, '700'],
        });
        for (const [, , mode] of Object.values(ownersIn(join(machine.doorman, 'setup'))))
            expect(mode).toBe('600');
    });
    const asRoot = process.getuid?.() === 0 ? test : test.skip;
    asRoot('files keep their owners, and new ones are for the group as which Asterisk runs', async () => {
        const machine = new Machine({ ...CONFIGURATION, 'asterisk.conf': '[options]\nrunuser = daemon\n' });
        for (const name of Object.keys(CONFIGURATION)) {
            chownSync(join(machine.etc, name), 4711, 4712);
            chmodSync(join(machine.etc, name), 0o600);
        }
        const before = machine.snapshot();
        await machine.setUp();
        const daemon = statSync(join(machine.etc, 'ari_doorman.conf')).gid;
        expect(daemon).toBeGreaterThan(0);
        expect(ownersIn(machine.etc)).toMatchObject({
            'ari.conf': [4711, 4712, '600'],
            'ari_doorman.conf': [0, daemon, '640'],
            'extensions.conf': [4711, 4712, '600'],
            'extensions_doorman.conf': [0, daemon, '640'],
            'manager_doorman.conf': [0, daemon, '640'],
        });
        await machine.undo();
        expect(machine.snapshot()).toEqual(before);
    });
});
//# sourceMappingURL=ownership.test.js.map