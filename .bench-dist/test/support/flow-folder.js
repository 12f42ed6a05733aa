import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
export function flowFolder(files) {
    const path = mkdtempSync(join(tmpdir(), 'doorman-flows-'));
    for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
    }
    return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
//# sourceMappingURL=flow-folder.js.map