import { join } from 'node:path';
/** The folder of the repository; this file runs in `dist/test/support`. */
export function repositoryFolder() {
    return join(import.meta.dirname, '../../..');
}
/** Where the lab keeps what it fetched: the folder named by DOORMAN_LAB, or `.lab` below the repository. */
export function labFolder() {
    return process.env.DOORMAN_LAB || join(repositoryFolder(), '.lab');
}
//# sourceMappingURL=lab-folder.js.map