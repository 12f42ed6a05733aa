import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
/** Any user who neither owns a file nor is in its group. */
export const OTHERS = { uid: -1, groups: [] };
const READ = 4;
const ENTER = 1;
/**
 * What keeps a user from reading a file: the folder on the way to it that the user may not enter, or the file itself;
 * undefined if nothing does. Access control lists are not looked at.
 *
 * @throws Error where this process itself may not look at it.
 */
export async function obstacle(file, user) {
    const path = await realpath(file);
    for (const folder of foldersOf(path)) {
        if (!(await may(user, folder, ENTER)))
            return folder;
    }
    return (await may(user, path, READ)) ? undefined : path;
}
/** From the root on. */
function foldersOf(path) {
    const folder = dirname(path);
    return folder === path ? [] : [...foldersOf(folder), folder];
}
async function may({ uid, groups }, path, bit) {
    if (uid === 0)
        return true;
    const { mode, uid: owner, gid } = await stat(path);
    const shift = uid === owner ? 6 : groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & bit) !== 0;
}
//# sourceMappingURL=file-access.js.map