import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { applyPlan, applyUndo } from '../../src/setup/apply.js';
import { stateOf } from '../../src/setup/files.js';
import { inspect } from '../../src/setup/inspect.js';
import { backupFile, readManifest } from '../../src/setup/manifest.js';
import { prepare } from '../../src/setup/prepare.js';
import { planUndo } from '../../src/setup/undo.js';
import { readFiles, writeFiles } from './archive.js';
const machines = [];
afterAll(() => {
    for (const folder of machines)
        rmSync(folder, { recursive: true, force: true });
});
/** An Asterisk that is installed and not running. */
const STOPPED = { version: async () => '22.10.1', command: async () => undefined };
/** A folder in which `etc` is Asterisk's configuration, and `doorman` is where setup puts the rest. */
export class Machine {
    folder = mkdtempSync(join(tmpdir(), 'doorman-machine-'));
    self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    constructor(files = {}) {
        machines.push(this.folder);
        writeFiles(join(this.folder, 'etc'), files);
    }
    /** Does some work, and then brings all files back as they were. */
    async trying(work) {
        const copy = new Machine();
        cpSync(this.folder, copy.folder, { recursive: true });
        await work();
        rmSync(this.folder, { recursive: true });
        cpSync(copy.folder, this.folder, { recursive: true });
    }
    get etc() {
        return join(this.folder, 'etc');
    }
    get doorman() {
        return join(this.folder, 'doorman');
    }
    async prepare(console = STOPPED) {
        const findings = await inspect(this.etc, console, false);
        return prepare(findings, { doorman: this.doorman, data: join(this.folder, 'data') }, this.self);
    }
    /** Sets up, and says what was planned. */
    async setUp() {
        const prepared = await this.prepare();
        if (prepared.faults.length > 0)
            throw new Error(prepared.faults.join('\n'));
        await applyPlan(prepared.plan, this.doorman, this.self);
        return prepared;
    }
    async planUndo() {
        const originalOf = (path) => stateOf(backupFile(this.doorman, path))?.content;
        return planUndo(await readManifest(this.doorman), stateOf, originalOf);
    }
    async undo() {
        const undo = await this.planUndo();
        await applyUndo(undo.steps, await readManifest(this.doorman), this.doorman);
        return undo;
    }
    /** Asterisk's configuration. */
    files() {
        return readFiles(this.etc);
    }
    /** All that is in the folder. */
    snapshot() {
        return snapshotOf(this.folder);
    }
}
/** Files and folders with their owners and modes. */
export function snapshotOf(folder) {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(names.map((name) => {
        const path = join(folder, name);
        const stats = statSync(path);
        const content = stats.isFile() ? readFileSync(path, 'latin1') : 'no file';
        return [name, [content, stats.uid, stats.gid, stats.mode]];
    }));
}
//# sourceMappingURL=machine.js.map