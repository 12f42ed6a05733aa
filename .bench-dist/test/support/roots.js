import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, runToEnd } from './child.js';
import { installInRoot, throughLoader } from './install.js';
import { labFolder } from './lab-folder.js';
/** Debian suites by the Asterisk they hold: forky 22.10, bullseye 16.28. */
export const RELEASES = ['forky', 'bullseye'];
const LIMIT_MS = 15 * 60_000;
/** Prometheus 2.42 of Debian 12, of which only promtool is needed. */
const PROMETHEUS = {
    ...{ name: 'prometheus', suite: 'bookworm', packages: 'prometheus', what: 'Prometheus of Debian bookworm' },
    without: ['usr/share', 'usr/bin/prometheus'],
};
const WAYS = [
    'Ways to the programs of the lab:',
    '  - as root on Debian or Ubuntu: nothing to do but to be on line (it fetches about 100 MB with mmdebstrap);',
    '  - as a user: have mmdebstrap installed (apt-get install mmdebstrap) and try again;',
    '  - set DOORMAN_LAB to a folder of another checkout that has roots/<release> already (its .lab).',
].join('\n');
/**
 * A Debian root with Asterisk, kept in `<lab>/roots/<release>` and built where it is missing (about 15 s
 * and 300 MB). Nothing of the machine is touched, apart from installing mmdebstrap where it is missing.
 *
 * @param say gets a line of progress every few seconds while it is being built
 * @throws one Error that says what failed and which ways there are
 */
export async function asteriskRoot(release, say) {
    const packages = 'asterisk,asterisk-core-sounds-en-gsm';
    const root = { name: release, suite: release, packages, what: `Asterisk of Debian ${release}` };
    return installInRoot(await debianRoot(root, say));
}
/** The command line of Prometheus' promtool, out of a root that is built where it is missing, like Asterisk's. */
export async function promtool(say) {
    const root = await debianRoot(PROMETHEUS, say);
    return [...throughLoader(root), join(root, 'usr/bin/promtool')];
}
/** The folder of a root, which is built where it is missing. */
async function debianRoot(root, say) {
    const roots = join(labFolder(), 'roots');
    const folder = join(roots, root.name);
    if (!existsSync(folder)) {
        await haveMmdebstrap(say);
        await build(root, roots, say);
    }
    return folder;
}
/** Built beside and renamed. Of two processes that build the same root, the first one's is used. */
async function build(root, roots, say) {
    mkdirSync(roots, { recursive: true });
    removeTornBuilds(roots);
    const folder = join(roots, `${root.name}.building-${process.pid}`);
    const start = Date.now();
    say(`Getting ${root.what} (once, up to 300 MB on disk) …`);
    const progress = setInterval(async () => {
        const { output } = await runToEnd(['du', '-sm', folder], 5_000);
        const seconds = Math.round((Date.now() - start) / 1_000);
        say(`  ${root.what}: ${seconds} s, ${/^(\d+)\s/m.exec(output)?.[1] ?? '0'} MB so far`);
    }, 3_000);
    try {
        await unpack(root, folder);
        for (const path of root.without ?? [])
            rmSync(join(folder, path), { recursive: true });
        if (!existsSync(join(roots, root.name)))
            renameSync(folder, join(roots, root.name));
        say(`${root.what} is ready.`);
    }
    finally {
        clearInterval(progress);
        rmSync(folder, { recursive: true, force: true });
    }
}
/**
 * The extract variant runs no maintainer script: no service is installed, and nothing in the root is run. So a user
 * who isn't root can build it too, in the mode that never enters the root.
 */
async function unpack({ suite, packages, what }, folder) {
    const options = ['APT::Install-Recommends "false"', 'Acquire::Check-Valid-Until "false"'];
    const command = [
        ...['mmdebstrap', ...(process.getuid?.() === 0 ? [] : ['--mode=chrootless']), '--variant=extract'],
        ...[`--include=${packages}`, ...options.map((option) => `--aptopt=${option}`), suite, folder],
    ];
    const { code, output, timedOut } = await runToEnd(command, LIMIT_MS);
    if (code === 0)
        return;
    const failure = timedOut ? `took more than ${LIMIT_MS / 60_000} minutes` : `failed (exit ${code ?? 'none'})`;
    throw new Error(`mmdebstrap ${failure} on ${what}:\n${tail(output)}\n${WAYS}`);
}
async function haveMmdebstrap(say) {
    if ((await runToEnd(['mmdebstrap', '--version'], 10_000)).code === 0)
        return;
    if (process.getuid?.() !== 0)
        throw new Error(`mmdebstrap is not installed, and only root may install it.\n${WAYS}`);
    say('Installing mmdebstrap (a small Debian package) …');
    // debian-archive-keyring is there on Debian; other distributions need it to check what mmdebstrap fetches.
    const install = ['install', '-y', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring'];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [['update'], install]) {
        const { code, output } = await runToEnd(['apt-get', ...args], 5 * 60_000, { env });
        if (code !== 0)
            throw new Error(`apt-get ${args[0]} failed, so there is no mmdebstrap:\n${tail(output)}\n${WAYS}`);
    }
}
/** What a killed build left behind; a name carries the number of the process that was building. */
function removeTornBuilds(roots) {
    for (const name of readdirSync(roots)) {
        const pid = /\.building-(\d+)$/.exec(name)?.[1];
        if (pid !== undefined && !isAlive(Number(pid)))
            rmSync(join(roots, name), { recursive: true, force: true });
    }
}
function tail(text) {
    return text.trim().split('\n').slice(-8).join('\n');
}
//# sourceMappingURL=roots.js.map