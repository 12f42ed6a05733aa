import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { labFolder, repositoryFolder } from '../support/lab-folder.js';
const COMMIT = 'c592c160de9c160d6335f3a7a928cd3b0f63edb8';
/**
 * Builds Doorman as of commit c592c16 in the lab's folder, once.
 * @returns its command line, on the Node that runs the bench
 * @throws Error that names the git command to run where this clone lacks the commit
 */
export function doormanBefore(say) {
    const folder = join(labFolder(), 'before');
    if (!existsSync(folder))
        build(folder, say);
    return [process.execPath, join(folder, 'dist/src/cli/doorman.js')];
}
function build(folder, say) {
    const tree = archive();
    const short = COMMIT.slice(0, 7);
    say(`Building Doorman of commit ${short} in ${folder} (npm ci, about half a minute) …`);
    // A build that was interrupted must not be taken for a whole one.
    const partial = `${folder}.building`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    execFileSync('tar', ['-x', '-C', partial], { input: tree });
    const options = { cwd: partial, stdio: ['ignore', 2, 2] };
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], options);
    renameSync(partial, folder);
}
function archive() {
    try {
        const options = { cwd: repositoryFolder(), stdio: ['ignore', 'pipe', 'ignore'] };
        return execFileSync('git', ['archive', COMMIT], { ...options, maxBuffer: 256 * 1024 * 1024 });
    }
    catch {
        throw new Error(`doorman_before is built from commit ${COMMIT.slice(0, 7)}, which this clone lacks. ` +
            `Fetch it with: git fetch origin ${COMMIT}\nOr leave it out with --systems.`);
    }
}
//# sourceMappingURL=before.js.map