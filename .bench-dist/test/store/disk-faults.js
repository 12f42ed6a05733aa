/**
 * A program that records calls on a small disk of its own while that is full and while it is read-only, and prints
 * what it saw as JSON. It needs a mount namespace of its own; its argument is the folder for the disk.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Store } from '../../src/store/store.js';
import { until } from '../support/until.js';
import { recordMany } from './open-store.js';
const [disk = ''] = process.argv.slice(2);
const filler = join(disk, 'filler');
const mount = (...args) => spawnSync('mount', args);
const reports = [];
function open() {
    return new Store({
        ...{ folder: join(disk, 'data'), keepCallsDays: 30, keepCallsMb: 64, batchMs: 5, retryMs: 50 },
        report: (_level, message, event) => reports.push(`${event}: ${message}`),
    });
}
async function findAll(store) {
    return (await store.findCalls({ limit: 100_000 })).length;
}
mount('-t', 'tmpfs', '-o', 'size=16m', 'none', disk);
const store = open();
await store.revisions();
// Ends when not a byte is left.
spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k']);
const full = await recordMany(store, 1_000);
await until(() => reports.length === 1, 'the full disk is reported');
rmSync(filler);
await until(() => reports.length === 2, 'recording goes on');
await store.flush();
const found = await findAll(store);
await store.close();
mount('-o', 'remount,ro', disk);
const second = open();
const readOnly = await recordMany(second, 300);
await until(() => reports.length === 3, 'the read-only disk is reported');
mount('-o', 'remount,rw', disk);
await until(() => reports.length === 4, 'recording goes on');
await second.flush();
const foundThen = await findAll(second);
await second.close();
process.stdout.write(JSON.stringify({ reports, full, readOnly, found, foundThen }));
//# sourceMappingURL=disk-faults.js.map