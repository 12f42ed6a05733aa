import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compile } from '../../src/flows/compile.js';
import { formatProblem } from '../../src/flows/problem.js';
/** A flows folder for as long as `use` takes; it is removed whatever happens. */
export async function inFolder(files, use) {
    const folder = await mkdtemp(join(tmpdir(), 'doorman-flows-'));
    try {
        for (const [name, content] of Object.entries(files)) {
            await mkdir(dirname(join(folder, name)), { recursive: true });
            await writeFile(join(folder, name), content);
        }
        return await use(folder);
    }
    finally {
        await rm(folder, { recursive: true, force: true });
    }
}
/** The revision of files that have no problems. */
export async function revisionOf(files) {
    const result = await inFolder(files, compile);
    if (!result.ok)
        throw new Error(result.problems.map(formatProblem).join('\n'));
    return result.revision;
}
/** `routing.yaml` from its lines; a flow and `otherwise` stand at the end, so that tests show only what counts. */
export function routing(...lines) {
    return { 'routing.yaml': [...lines, ...END].join('\n') };
}
const END = ['flows: { main: { context: main }, other_flow: { context: other } }', 'otherwise: main', ''];
//# sourceMappingURL=temp-folder.js.map