import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runToEnd } from './child.js';
/** Looks at an unpacked Debian root with Asterisk. */
export async function installInRoot(root) {
    const command = [...throughLoader(root), join(root, 'usr/sbin/asterisk')];
    return {
        ...{ version: await versionOf(command), command, modules: modulesBelow(root) },
        ...{ data: join(root, 'usr/share/asterisk'), where: 'root' },
    };
}
/**
 * What runs a program of an unpacked Debian root: the root's own dynamic loader and libraries. No chroot, no mounts, no
 * rights, and the program sees our files and is our child.
 */
export function throughLoader(root) {
    const libraries = libraryFolders(root);
    // `ld-linux-x86-64.so.2`, `ld-linux-aarch64.so.1` … whatever the architecture calls it.
    const loader = libraries
        .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
        .find((file) => /\/ld-linux-[^/]*\.so\.\d+$/.test(file));
    if (loader === undefined)
        throw new Error(`No dynamic loader (ld-linux-*.so.*) below ${root}: remove it and build it again.`);
    return [loader, '--library-path', libraries.join(delimiter)];
}
/** The Asterisk that the machine has on its PATH, if any; it is only ever run as a private instance. */
export async function systemAsterisk() {
    const paths = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
    const program = paths.map((folder) => join(folder, 'asterisk')).find((file) => existsSync(file));
    const folders = ['/usr/share/asterisk', '/var/lib/asterisk'];
    const data = folders.find((folder) => existsSync(join(folder, 'rest-api')));
    if (program === undefined || data === undefined)
        return undefined;
    return {
        ...{ version: await versionOf([program]), command: [program] },
        ...{ modules: modulesBelow('/'), data, where: 'system' },
    };
}
/** The folders with shared libraries: the multiarch ones, and /usr/lib, where Debian 11 keeps libasteriskpj. */
function libraryFolders(root) {
    return ['lib', 'usr/lib', 'usr/local/lib']
        .map((folder) => join(root, folder))
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => {
        const multiarch = readdirSync(folder).filter((name) => name.includes('-linux-gnu'));
        return [...multiarch.map((name) => join(folder, name)), folder];
    });
}
function modulesBelow(root) {
    const folders = [...libraryFolders(root), join(root, 'usr/lib64')].map((folder) => join(folder, 'asterisk/modules'));
    const found = folders.find((folder) => existsSync(folder));
    if (found === undefined)
        throw new Error(`No asterisk/modules below ${root}: not in ${folders.join(', ')}.`);
    return found;
}
async function versionOf(command) {
    const { output } = await runToEnd([...command, '-V'], 10_000);
    const version = /Asterisk (?:certified\/)?(\d+(?:\.\d+)*)/.exec(output)?.[1];
    if (version === undefined)
        throw new Error(`${command.at(-1)} -V told no version but: ${output.trim()}`);
    return version;
}
//# sourceMappingURL=install.js.map