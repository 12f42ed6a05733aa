import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readSettings, SETTING_NAMES } from '../src/settings/index.js'
import { runToEnd } from './support/child.js'
import { repositoryFolder } from './support/lab-folder.js'

/** No engine runs where the tests run: this holds the files against what they speak of. */
const root = repositoryFolder()
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const DOCKERFILES = ['docker/Dockerfile', 'docker/pbx.Dockerfile'] as const
const SCRIPTS = ['docker/prepare.sh', 'docker/pbx.sh'] as const

/** What a Dockerfile copies out of its context; what comes from an earlier stage is not there yet. */
function copied(dockerfile: string): readonly string[] {
  const lines = read(dockerfile).matchAll(/^COPY (?!--from)(.+) \S+$/gm)
  return [...lines].flatMap(([, sources = '']) => sources.split(' '))
}

type Env = Readonly<Record<string, string>>

interface Service {
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: { readonly disable?: boolean; readonly test?: readonly string[] }
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly network_mode?: string
  readonly ports?: unknown
  readonly profiles?: readonly string[]
  readonly environment?: Env
  readonly entrypoint?: readonly string[]
  readonly volumes?: readonly string[]
}

const compose = parse(read('docker/compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(compose.services)

describe.each(DOCKERFILES)('%s', (dockerfile) => {
  test('copies what is there', () => {
    expect(copied(dockerfile).length).toBeGreaterThan(0)
    expect(copied(dockerfile).filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  test('is sent everything that it copies, and neither secrets nor what was built here', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path)
    const sent = (path: string) => allowed.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))

    expect(copied(dockerfile).filter((path) => !sent(path))).toEqual([])
    expect(read('.dockerignore')).toMatch(/^\*\n/m)
    expect(['.git', '.lab', 'node_modules', 'dist', 'data'].filter(sent)).toEqual([])
  })
})

test('docker/kamailio/Dockerfile copies files that are in its folder', () => {
  const files = copied('docker/kamailio/Dockerfile')
  expect(files).toContain('kamailio.cfg')
  expect(files.filter((file) => !existsSync(join(root, 'docker/kamailio', file)))).toEqual([])
})

describe('docker/Dockerfile', () => {
  test('runs doorman, not as root, on the Node.js that the package needs', () => {
    const text = read('docker/Dockerfile')
    const { bin, engines } = JSON.parse(read('package.json')) as Record<'bin' | 'engines', Env>
    const bases = [...text.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => `>=${major}`)

    expect(text).toContain(`ENTRYPOINT ["node", "${bin.doorman}"]\nCMD ["run"]`)
    expect(text).toMatch(/^USER node$/m)
    expect(bases).toEqual([engines.node, engines.node])
  })

  test('can install: the lock file has every package that another asks for, also those of other machines', () => {
    const lock = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const isThere = (name: string, from: string): boolean => {
      if (lock.packages[join(from, 'node_modules', name)] !== undefined) return true
      return from !== '' && isThere(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''))
    }
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isThere(name, path)),
    )

    // "npm ci" refuses a lock file with a gap, on every machine.
    expect(missing).toEqual([])
  })
})

describe('docker/compose.yaml', () => {
  test('has a caller that is started only when asked for, and opens no port: services share the loopback', () => {
    const seen = services.map(([name, { profiles, ports, network_mode }]) => {
      return { name, isOptional: profiles !== undefined, ports, network_mode }
    })
    const shared = { isOptional: false, ports: undefined, network_mode: 'service:network' }
    expect(seen).toEqual([
      { ...shared, name: 'prepare', network_mode: 'none' },
      { ...shared, name: 'network', network_mode: undefined },
      { ...shared, name: 'pbx' },
      { ...shared, name: 'doorman' },
      { ...shared, name: 'caller', isOptional: true },
    ])
  })

  test('has a network that outlives a crash of the PBX: what holds it runs nothing, and waits for no other', () => {
    const { entrypoint, depends_on } = compose.services.network ?? {}
    expect([entrypoint, depends_on]).toEqual([['sleep', 'infinity'], undefined])
    expect(Object.keys(compose.services.doorman?.depends_on ?? {})).not.toContain('pbx')
  })

  test('calls Doorman healthy when /ready says yes, and lets the caller wait for that', () => {
    const health = /^HEALTHCHECK .*\\\n {2}CMD (.+)$/m.exec(read('docker/Dockerfile'))?.[1]
    const port = readSettings({
      env: {},
      optional: ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'],
    }).DOORMAN_CONTROL_PORT
    expect(health).toContain(`http://127.0.0.1:${port}/ready`)
    const unlike = services.filter(([, { healthcheck }]) => healthcheck !== undefined).map(([name]) => name)
    expect(unlike).toEqual(['network', 'pbx'])
    expect(compose.services.caller?.depends_on).toEqual({ doorman: { condition: 'service_healthy' } })
  })

  test.each([
    ['ready', 200, 0],
    ['not ready', 503, 1],
  ])('the health check of a Doorman that is %s', async (_what, status, exit) => {
    const server = createServer((_request, response) => response.writeHead(status).end()).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const [, script = ''] = /^ {2}CMD node -e "(.+)"$/m.exec(read('docker/Dockerfile')) ?? []
    const { code } = await runToEnd([process.execPath, '-e', script.replace('8390', String(port))], 5_000)
    server.close()
    expect(code).toBe(exit)
  })

  test('builds from Dockerfiles, and mounts folders and volumes, that are there', () => {
    const builds = services.flatMap(([, { build }]) => build ?? [])
    const mounts = services
      .flatMap(([, { volumes }]) => volumes ?? [])
      .map((mount) => mount.split(':')[0] ?? '')
    const isThere = (source: string) =>
      source.startsWith('.') ? existsSync(join(root, 'docker', source)) : source in compose.volumes

    expect(builds).toHaveLength(services.length)
    expect(builds.filter(({ context }) => resolve(root, 'docker', context) !== resolve(root))).toEqual([])
    expect(builds.filter(({ dockerfile }) => !existsSync(join(root, dockerfile)))).toEqual([])
    expect(mounts.filter((source) => !isThere(source))).toEqual([])
  })

  test('gives settings that there are, and passwords only as files that prepare.sh makes', () => {
    const settings = services.flatMap(([, { environment }]) => Object.entries(environment ?? {}))
    const made = /^for name in (.+); do$/m.exec(read('docker/prepare.sh'))?.[1]?.split(' ') ?? []
    const known = (name: string) => (SETTING_NAMES as readonly string[]).includes(name.replace(/_FILE$/, ''))

    expect(settings.map(([name]) => name).filter((name) => !known(name))).toEqual([])
    for (const [name, value] of settings) {
      if (/PASSWORD|SECRET|TOKEN/.test(name)) expect(name).toMatch(/_FILE$/)
      if (name.endsWith('_FILE')) expect(made.map((file) => `/shared/${file}`)).toContain(value)
    }
  })
})

describe('the scripts in the containers', () => {
  test.each(SCRIPTS)('%s is a shell script without a mistake in its syntax', (script) => {
    expect(() => execFileSync('sh', ['-n', join(root, script)])).not.toThrow()
  })

  test('the PBX takes over each file of asterisk-conf, and a password wherever one belongs', () => {
    const script = read('docker/pbx.sh')
    const files = readdirSync(join(root, 'asterisk-conf')).filter((name) => name.endsWith('.conf'))
    const withPassword = files.filter((name) => read(`asterisk-conf/${name}`).includes('CHANGE-ME'))

    expect(files.filter((name) => !script.includes(name))).toEqual([])
    expect(withPassword.filter((name) => !script.includes(`place ${name} `))).toEqual([])
  })

  test('prepare.sh makes passwords once, for their owner only, and the dialplan as doorman prints it', () => {
    const shared = mkdtempSync(join(tmpdir(), 'docker-shared-'))
    const run = () =>
      execFileSync('sh', [join(root, 'docker/prepare.sh')], { env: { ...clean(), SHARED: shared } })
    const passwords = () => ['ari_password', 'ami_secret', 'phone_password'].map((name) => readShared(name))
    const readShared = (name: string) => readFileSync(join(shared, name), 'utf8')
    try {
      run()
      const first = passwords()
      run()

      expect(passwords()).toEqual(first)
      expect(new Set(first).size).toBe(3)
      for (const password of first) expect(password).toMatch(/^[0-9a-f]{48}\n$/)
      expect(statSync(join(shared, 'ari_password')).mode & 0o777).toBe(0o600)
      expect(readShared('extensions_doorman.conf')).toMatch(/^\[doorman\]$[\s\S]*^\[doorman-go\]$/m)
      expect(readdirSync(shared)).toHaveLength(4)
    } finally {
      rmSync(shared, { recursive: true, force: true })
    }
  })
})

/** The environment without settings of the machine, and with the Node.js that runs the tests. */
function clean(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('DOORMAN_'))
  return { ...Object.fromEntries(entries), PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` }
}
