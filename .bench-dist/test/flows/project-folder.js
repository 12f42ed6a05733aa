import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
/** The project's own folder, wherever the compiled tests stand in it. */
export function projectFolder(...parts) {
    let folder = dirname(fileURLToPath(import.meta.url));
    while (!existsSync(join(folder, 'package.json')))
        folder = dirname(folder);
    return join(folder, ...parts);
}
//# sourceMappingURL=project-folder.js.map