import { access, chmod, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
const FILE = 'control.json';
/** Writes the address to the data folder, for commands of the same user on the same machine. */
export async function writeAddress(dataFolder, address) {
    const file = join(dataFolder, FILE);
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(address), { mode: 0o600 });
    // The mode above only applies to a new file.
    await chmod(file, 0o600);
}
/** Removes the address, unless another instance has written its own since. */
export async function removeAddress(dataFolder, pid) {
    const address = await readAddress(dataFolder);
    if (address?.pid === pid)
        await rm(join(dataFolder, FILE), { force: true });
}
/** The address of the instance that uses this data folder; undefined if none runs or this user may not read it. */
export async function readAddress(dataFolder) {
    try {
        return JSON.parse(await readFile(join(dataFolder, FILE), 'utf8'));
    }
    catch {
        return undefined;
    }
}
/** Whether there may be an address that this user is not allowed to read. */
export async function isAddressHidden(dataFolder) {
    const refusal = await access(join(dataFolder, FILE), constants.R_OK).then(() => undefined, (error) => error.code);
    return refusal === 'EACCES';
}
//# sourceMappingURL=address.js.map