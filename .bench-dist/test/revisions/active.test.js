import { describe, expect, test } from '@jest/globals';
import { compileInWorker } from '../../src/flows/compile-in-worker.js';
import { ActiveRevisions } from '../../src/revisions/active.js';
import { withFilesOf } from '../../src/revisions/revision-files.js';
import { inDataFolder, newRevision, withStore } from '../store/open-store.js';
import { until } from '../support/until.js';
import { revision } from './fakes.js';
/** Active revisions whose database answers by `load`, and which ids it was asked for. */
function activeWith(load) {
    const loads = [];
    const active = new ActiveRevisions({ revision: revision('r0'), entry: undefined }, (id) => {
        loads.push(id);
        return load(id);
    });
    return { active, loads };
}
describe('the active revisions', () => {
    test('find the current one and the four before it in memory', async () => {
        const { active, loads } = activeWith(async () => undefined);
        for (let i = 1; i <= 6; i++)
            active.swap({ revision: revision(`r${i}`), entry: undefined });
        expect(active.current.revision.id).toBe('r6');
        for (const id of ['r6', 'r5', 'r4', 'r3', 'r2'])
            expect((await active.find(id))?.id).toBe(id);
        expect(loads).toEqual([]);
        expect(await active.find('r1')).toBeUndefined();
        expect(loads).toEqual(['r1']);
    });
    test('load an evicted one from the database, once for calls at the same time, and remember it', async () => {
        const { active, loads } = activeWith(async (id) => revision(id));
        const found = await Promise.all([active.find('old'), active.find('old'), active.find('old')]);
        expect(found.map((one) => one?.id)).toEqual(['old', 'old', 'old']);
        expect((await active.find('old'))?.id).toBe('old');
        expect(loads).toEqual(['old']);
    });
    test('find nothing where the database fails, and try again with the next call', async () => {
        let isBroken = true;
        const { active } = activeWith(async (id) => {
            if (isBroken)
                throw new Error('damaged');
            return revision(id);
        });
        expect(await active.find('old')).toBeUndefined();
        isBroken = false;
        expect((await active.find('old'))?.id).toBe('old');
    });
    test('let a call wait 400 ms at most; one that is loaded later is there for the next', async () => {
        const late = Promise.withResolvers();
        const { active, loads } = activeWith(() => late.promise);
        const start = performance.now();
        expect(await active.find('old')).toBeUndefined();
        const waited = performance.now() - start;
        expect(waited).toBeGreaterThan(380);
        expect(waited).toBeLessThan(700);
        late.resolve(revision('old'));
        expect((await active.find('old'))?.id).toBe('old');
        expect(loads).toEqual(['old']);
    });
    test('keep a revision only once, however often it decides', async () => {
        const { active } = activeWith(async () => undefined);
        for (const name of ['r1', 'r0', 'r1', 'r0', 'r2', 'r3', 'r4'])
            active.swap({ revision: revision(name), entry: undefined });
        for (const id of ['r0', 'r1', 'r2', 'r3', 'r4'])
            expect((await active.find(id))?.id).toBe(id);
    });
});
describe('a revision from the database', () => {
    const routing = (rules) => {
        const lines = Array.from({ length: rules }, (_, i) => `  - { when: { callee: "+1555${1_000_000 + i}" }, goto: a }`);
        return `flows: { a: { context: a } }\notherwise: a\nrules:\n${lines.join('\n')}\n`;
    };
    test('is compiled from its stored files for a call that comes back on it', async () => {
        await inDataFolder((data) => withStore(data, async (store) => {
            const files = new Map([['routing.yaml', Buffer.from(routing(20))]]);
            const stored = await store.addRevision(newRevision('old'), files);
            const load = async () => {
                const compiled = await withFilesOf(store, stored, compileInWorker);
                return compiled.ok ? compiled.revision : undefined;
            };
            const active = new ActiveRevisions({ revision: revision('r0'), entry: undefined }, load);
            // On a busy machine it is late for the first call, and there for one of the next.
            let found = await active.find('old');
            const isThere = async () => {
                found ??= await active.find('old');
                return found !== undefined;
            };
            await until(isThere, 'the revision', 20_000);
            expect(found?.routing.rules).toHaveLength(20);
        }));
    });
});
//# sourceMappingURL=active.test.js.map