import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { SETTING_NAMES } from '../src/settings/index.js';
import { repositoryFolder } from './support/lab-folder.js';
/** No engine runs where the tests run: this holds the files against what they speak of. */
const root = repositoryFolder();
const read = (file) => readFileSync(join(root, file), 'utf8');
const DOCKERFILES = ['docker/Dockerfile', 'docker/pbx.Dockerfile'];
const SCRIPTS = ['docker/prepare.sh', 'docker/pbx.sh'];
/** What a Dockerfile copies out of the repository; what comes from an earlier stage is not there yet. */
function copied(dockerfile) {
    const lines = read(dockerfile).matchAll(/^COPY (?!--from)(.+) \S+$/gm);
    return [...lines].flatMap(([, sources = '']) => sources.split(' '));
}
const compose = parse(read('docker/compose.yaml'), { merge: true });
const services = Object.entries(compose.services);
describe.each(DOCKERFILES)('%s', (dockerfile) => {
    test('copies what is there', () => {
        expect(copied(dockerfile).length).toBeGreaterThan(0);
        expect(copied(dockerfile).filter((path) => !existsSync(join(root, path)))).toEqual([]);
    });
    test('is sent everything that it copies, and neither secrets nor what was built here', () => {
        const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
        const sent = (path) => allowed.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
        expect(copied(dockerfile).filter((path) => !sent(path))).toEqual([]);
        expect(read('.dockerignore')).toMatch(/^\*\n/m);
        expect(['.git', '.lab', 'node_modules', 'dist', 'data'].filter(sent)).toEqual([]);
    });
});
describe('docker/Dockerfile', () => {
    test('runs doorman, not as root, on the Node.js that the package needs', () => {
        const text = read('docker/Dockerfile');
        const { bin, engines } = JSON.parse(read('package.json'));
        const bases = [...text.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => `>=${major}`);
        expect(text).toContain(`ENTRYPOINT ["node", "${bin.doorman}"]\nCMD ["run"]`);
        expect(text).toMatch(/^USER node$/m);
        expect(bases).toEqual([engines.node, engines.node]);
    });
    test('can install: the lock file has every package that another asks for, also those of other machines', () => {
        const lock = JSON.parse(read('package-lock.json'));
        const isThere = (name, from) => {
            if (lock.packages[join(from, 'node_modules', name)] !== undefined)
                return true;
            return from !== '' && isThere(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''));
        };
        const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) => Object.keys(optionalDependencies).filter((name) => !isThere(name, path)));
        // "npm ci" refuses a lock file with a gap, on every machine.
        expect(missing).toEqual([]);
    });
});
describe('docker/compose.yaml', () => {
    test('has a caller that is started only when asked for, and opens no port: services share the loopback', () => {
        const seen = services.map(([name, { profiles, ports, network_mode }]) => {
            return { name, isOptional: profiles !== undefined, ports, network_mode };
        });
        const usual = { isOptional: false, ports: undefined };
        expect(seen).toEqual([
            { ...usual, name: 'prepare', network_mode: 'none' },
            { ...usual, name: 'pbx', network_mode: undefined },
            { ...usual, name: 'doorman', network_mode: 'service:pbx' },
            { ...usual, name: 'caller', network_mode: 'service:pbx', isOptional: true },
        ]);
    });
    test('builds from Dockerfiles, and mounts folders and volumes, that are there', () => {
        const builds = services.flatMap(([, { build }]) => build ?? []);
        const mounts = services
            .flatMap(([, { volumes }]) => volumes ?? [])
            .map((mount) => mount.split(':')[0] ?? '');
        const isThere = (source) => source.startsWith('.') ? existsSync(join(root, 'docker', source)) : source in compose.volumes;
        expect(builds).toHaveLength(services.length);
        expect(builds.filter(({ context }) => resolve(root, 'docker', context) !== resolve(root))).toEqual([]);
        expect(builds.filter(({ dockerfile }) => !existsSync(join(root, dockerfile)))).toEqual([]);
        expect(mounts.filter((source) => !isThere(source))).toEqual([]);
    });
    test('gives settings that there are, and passwords only as files that prepare.sh makes', () => {
        const settings = services.flatMap(([, { environment }]) => Object.entries(environment ?? {}));
        const made = /^for name in (.+); do$/m.exec(read('docker/prepare.sh'))?.[1]?.split(' ') ?? [];
        const known = (name) => SETTING_NAMES.includes(name.replace(/_FILE$/, ''));
        expect(settings.map(([name]) => name).filter((name) => !known(name))).toEqual([]);
        for (const [name, value] of settings) {
            if (/PASSWORD|SECRET|TOKEN/.test(name))
                expect(name).toMatch(/_FILE$/);
            if (name.endsWith('_FILE'))
                expect(made.map((file) => `/shared/${file}`)).toContain(value);
        }
    });
});
describe('the scripts in the containers', () => {
    test.each(SCRIPTS)('%s is a shell script without a mistake in its syntax', (script) => {
        expect(() => execFileSync('sh', ['-n', join(root, script)])).not.toThrow();
    });
    test('the PBX takes over each file of asterisk-conf, and a password wherever one belongs', () => {
        const script = read('docker/pbx.sh');
        const files = readdirSync(join(root, 'asterisk-conf')).filter((name) => name.endsWith('.conf'));
        const withPassword = files.filter((name) => read(`asterisk-conf/${name}`).includes('CHANGE-ME'));
        expect(files.filter((name) => !script.includes(name))).toEqual([]);
        expect(withPassword.filter((name) => !script.includes(`place ${name} `))).toEqual([]);
    });
    test('prepare.sh makes passwords once, for their owner only, and the dialplan as doorman prints it', () => {
        const shared = mkdtempSync(join(tmpdir(), 'docker-shared-'));
        const run = () => execFileSync('sh', [join(root, 'docker/prepare.sh')], { env: { ...clean(), SHARED: shared } });
        const passwords = () => ['ari_password', 'ami_secret', 'phone_password'].map((name) => readShared(name));
        const readShared = (name) => readFileSync(join(shared, name), 'utf8');
        try {
            run();
            const first = passwords();
            run();
            expect(passwords()).toEqual(first);
            expect(new Set(first).size).toBe(3);
            for (const password of first)
                expect(password).toMatch(/^[0-9a-f]{48}\n$/);
            expect(statSync(join(shared, 'ari_password')).mode & 0o777).toBe(0o600);
            expect(readShared('extensions_doorman.conf')).toMatch(/^\[doorman\]$[\s\S]*^\[doorman-go\]$/m);
            expect(readdirSync(shared)).toHaveLength(4);
        }
        finally {
            rmSync(shared, { recursive: true, force: true });
        }
    });
});
/** The environment without settings of the machine, and with the Node.js that runs the tests. */
function clean() {
    const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('DOORMAN_'));
    return { ...Object.fromEntries(entries), PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
}
//# sourceMappingURL=docker.test.js.map