import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import {
  findSettings,
  readSettings,
  SETTING_NAMES,
  SettingsError,
  type SettingsSource,
  secretFiles,
} from '../../src/settings/index.js'
import { inFolder } from '../flows/temp-folder.js'

const folder = mkdtempSync(join(tmpdir(), 'doorman-settings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function fileOf(content: string): string {
  const file = join(folder, `${++files}.txt`)
  writeFileSync(file, content)
  return file
}

/** As the README marks them: whatever may be given in a file of its own is secret. */
const SECRET_NAMES = SETTING_NAMES.filter((name) => /PASSWORD|SECRET|TOKEN/.test(name))

const SECRETS = { DOORMAN_ARI_PASSWORD: 'ari-secret', DOORMAN_AMI_SECRET: 'ami-secret' }

function problemsOf(source: Partial<SettingsSource>): readonly string[] {
  try {
    readSettings({ env: {}, ...source })
    return []
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
}

/** The problems of these variables, beside the two secrets that have to be there. */
const problemsWith = (env: Record<string, string>) => problemsOf({ env: { ...SECRETS, ...env } })

describe('settings', () => {
  test('need no more than the two passwords; docs/reference.md has all defaults', () => {
    expect(readSettings({ env: SECRETS })).toMatchObject({ ...SECRETS, DOORMAN_AMI_PORT: 5038 })
  })

  test('come from a file, and from the environment over it', () => {
    const file = fileOf(
      '# ours\nDOORMAN_ARI_PASSWORD="from file"\nDOORMAN_AMI_SECRET=\'file#too\'\nDOORMAN_APP=desk\n',
    )
    expect(readSettings({ file, env: { DOORMAN_APP: 'door' } })).toMatchObject({
      ...{ DOORMAN_ARI_PASSWORD: 'from file', DOORMAN_AMI_SECRET: 'file#too', DOORMAN_APP: 'door' },
    })
  })

  test('that are empty are not set, as compose files write it', () => {
    expect(
      readSettings({ env: { ...SECRETS, DOORMAN_APP: '', DOORMAN_AMI_PORT: '', DOORMAN_SIP_LOCAL: '' } }),
    ).toEqual(readSettings({ env: SECRETS }))
    expect(problemsWith({ DOORMAN_ARI_PASSWORD: '' })).toEqual([
      expect.stringMatching(/^DOORMAN_ARI_PASSWORD is missing/),
    ])
  })

  test('can do without passwords for a command that needs none', () => {
    const optional = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'] as const
    expect(readSettings({ env: {}, optional })).toMatchObject({ DOORMAN_APP: 'doorman' })
    expect(problemsOf({ optional: ['DOORMAN_AMI_SECRET'] })).toHaveLength(1)
  })

  test.each<[setting: string, text: string, value: unknown]>([
    ...['yes', 'true', '1'].map((text): [string, string, boolean] => ['MASK_NUMBERS', text, true]),
    ...['no', 'false', '0'].map((text): [string, string, boolean] => ['MASK_NUMBERS', text, false]),
    ['MAX_CHANGE', '0.5%', 0.005],
    ['RELOAD', 'manual', 'manual'],
    ['APPS', 'doorman, doorman-b', ['doorman', 'doorman-b']],
    ['ARI_URL', 'http://pbx:8088/', 'http://pbx:8088'],
    ['ARI_URL', 'http://pbx:8088/ari', 'http://pbx:8088'],
    ['ARI_URL', 'https://pbx.example/ari/', 'https://pbx.example'],
    ['ARI_URL', 'http://[::1]:8088', 'http://[::1]:8088'],
  ])('take DOORMAN_%s=%j as %j', (name, text, value) => {
    expect(readSettings({ env: { ...SECRETS, [`DOORMAN_${name}`]: text } })).toMatchObject({
      [`DOORMAN_${name}`]: value,
    })
  })
})

describe('problems of the settings', () => {
  test('are all listed at once, each with the name of its setting', () => {
    const given = ['ARI_URL=pbx:8088', 'AMI_PORT=70000', 'APP=a b', 'LOG_LEVEL=loud', 'AMI_PASSWORD=secret']
    const problems = problemsOf({
      env: Object.fromEntries(given.map((text) => `DOORMAN_${text}`.split(/=(.*)/s))),
    })
    const names = [...given.map((text) => text.split('=')[0]), 'AMI_SECRET', 'ARI_PASSWORD']
    expect(problems.map((problem) => /^DOORMAN_(\w+)/.exec(problem)?.[1]).sort()).toEqual(names.sort())
  })

  test.each(['DOORMAN_MASK_NUMBERS=yes', 'DOORMAN_KEEP_CALLS=0'])(
    'say that DOORMAN_MAX_CHANGE would guard nothing with %s',
    (other) => {
      const [name = '', value = ''] = other.split('=')
      expect(problemsWith({ DOORMAN_MAX_CHANGE: '1%', [name]: value })).toEqual([
        expect.stringMatching(/^DOORMAN_MAX_CHANGE needs recorded calls/),
      ])
    },
  )

  test.each([
    [
      { DOORMAN_CONTROL_CERT: '/cert.pem' },
      /^DOORMAN_CONTROL_CERT and DOORMAN_CONTROL_KEY are needed together/,
    ],
    [{ DOORMAN_PROXY_HEADERS: 'X-User, X-Role' }, /^DOORMAN_PROXY_HEADERS needs DOORMAN_PROXIES/],
    [
      { DOORMAN_PROXY_HEADERS: 'X-User', DOORMAN_PROXIES: '10.0.0.1' },
      /^DOORMAN_PROXY_HEADERS must be the headers/,
    ],
  ])('say what is missing beside %j', (env, problem) => {
    expect(problemsWith(env)).toEqual([expect.stringMatching(problem)])
  })

  test('of a missing password say where it is found and how else it can be given', () => {
    expect(problemsOf({})).toEqual([
      expect.stringMatching(/^DOORMAN_ARI_PASSWORD is missing: .*ari\.conf.*DOORMAN_ARI_PASSWORD_FILE/),
      expect.stringMatching(/^DOORMAN_AMI_SECRET is missing: .*manager\.conf.*DOORMAN_AMI_SECRET_FILE/),
    ])
  })

  test.each(
    [
      ...['ARI_URL=ftp://pbx', 'ARI_URL=127.0.0.1', 'ARI_URL=http://doorman:hunter22@pbx:8088', 'AMI_PORT=0'],
      ...['AMI_PORT=50a', 'AMI_PORT=-1', 'FUNCTION_DEADLINE_MS=2000', 'FUNCTION_DEADLINE_MS=1e2'],
      ...[
        'RELOAD=never',
        'MAX_CHANGE=1',
        'LOG_LEVEL=trace',
        'APP=door,man',
        'APPS=a b',
        'APPS=doorman,',
        'APPS=*',
        'APPS=doorman,a-*',
      ],
      ...['APPS=front, desk-a', 'CONTROL_TOKEN=short', 'PROXIES=10.0.0.300', 'PROXIES=proxy.example'],
      // A line end would begin a new line of AMI or HTTP.
      ...['ARI_USERNAME=a\r\nb', 'AMI_USERNAME=a\r\nb', 'AMI_SECRET=a\r\nb', 'ARI_PASSWORD=a\r\nb'],
    ].map((text) => text.split(/=(.*)/s)),
  )('are there for DOORMAN_%s=%j', (name = '', value = '') => {
    expect(problemsWith({ [`DOORMAN_${name}`]: value })).toEqual([expect.stringMatching(`^DOORMAN_${name} `)])
  })

  test.each(SETTING_NAMES)('never repeat a secret where %s is bad', (name) => {
    const secrets = Object.fromEntries(SECRET_NAMES.map((secret) => [secret, `zq-${secret}-hidden-value`]))
    const bad = [`zq-${name}-hidden-value\r\n%s`, '\0', 'x'.repeat(100_000), '-1']
    for (const value of [...bad, `http://u:${secrets.DOORMAN_ARI_PASSWORD}@pbx`]) {
      const text = problemsOf({ env: { ...secrets, [name]: value, DOORMAN_LOG_LEVEL: 'bad' } }).join('\n')
      expect(text).toContain('DOORMAN_LOG_LEVEL')
      for (const secret of SECRET_NAMES) expect(text).not.toContain(`zq-${secret}`)
    }
  })
})

describe('a secret in a file', () => {
  test('that are in files: which, for doctor to see who can read them', () => {
    const file = fileOf('DOORMAN_AMI_SECRET=x\nDOORMAN_ARI_PASSWORD_FILE=/a\n')
    const env = { DOORMAN_SIP_PASSWORD_FILE: '/b' }
    expect(secretFiles({ env, file })).toEqual([file, '/a', '/b'])
    expect(secretFiles({ env, file: fileOf('DOORMAN_APP=x\n') })).toEqual(['/b'])
  })

  test('is read without the line end behind it, also where the settings file names it', () => {
    const file = fileOf(`DOORMAN_ARI_PASSWORD_FILE=${fileOf('fr om/file?&=\n')}\nDOORMAN_AMI_SECRET=x\n`)
    expect(readSettings({ env: {}, file }).DOORMAN_ARI_PASSWORD).toBe('fr om/file?&=')
  })

  test.each([
    [
      'given twice',
      { DOORMAN_AMI_SECRET: 'x' },
      () => fileOf('another'),
      /_FILE are both given: choose one$/,
    ],
    ['not there', {}, () => join(folder, 'nowhere'), /^DOORMAN_AMI_SECRET_FILE: ENOENT/],
    ['empty', {}, () => fileOf('\n'), /^DOORMAN_AMI_SECRET is empty/],
  ])('that is %s is one problem', (_what, given, file, says) => {
    const env = { DOORMAN_ARI_PASSWORD: 'x', DOORMAN_AMI_SECRET_FILE: file(), ...given }
    expect(problemsOf({ env })).toEqual([expect.stringMatching(says)])
  })
})

describe('databases and secrets, which admins name', () => {
  const database = (text: string) => ({ DOORMAN_DATABASE_CRM: text })

  test('are there by their names, also from files', () => {
    const env = {
      ...{ ...SECRETS, ...database('postgres://doorman:x@db/crm') },
      DOORMAN_DATABASE_OLD_CRM_FILE: fileOf('redis://cache\n'),
      DOORMAN_SECRET_CRM_TOKEN_FILE: fileOf('t0ken\n'),
    }
    const { databases, secrets } = readSettings({ env })
    expect([...databases].map(([name, { engine, host }]) => [name, engine, host])).toEqual([
      ['crm', 'postgres', 'db'],
      ['old_crm', 'redis', 'cache'],
    ])
    expect([...secrets]).toEqual([['CRM_TOKEN', 't0ken']])
    expect(secretFiles({ env })).toEqual([
      env.DOORMAN_DATABASE_OLD_CRM_FILE,
      env.DOORMAN_SECRET_CRM_TOKEN_FILE,
    ])
  })

  test('that cannot be used are problems beside the others, and none repeats a password', () => {
    const problems = problemsWith({
      ...{ DOORMAN_DATABASE_A: 'zq-hidden', DOORMAN_DATABASE_B: 'mysql://u:zq-hidden@db' },
      ...{ DOORMAN_SECRET_X_FILE: '/nowhere/x', DOORMAN_LOG_LEVEL: 'loud' },
    })
    const names = problems.map((problem) => problem.split(' ')[0])
    expect(names.sort()).toEqual([
      ...['DOORMAN_DATABASE_A', 'DOORMAN_DATABASE_B', 'DOORMAN_LOG_LEVEL', 'DOORMAN_SECRET_X_FILE:'],
    ])
    expect(problems.join()).not.toContain('zq-hidden')
  })

  test('whose file may not be read are left out for a command that can do without passwords', () => {
    const env = { DOORMAN_DATABASE_CRM_FILE: '/nowhere/crm' }
    expect(readSettings({ env, optional: SETTING_NAMES }).databases.size).toBe(0)
  })

  test('are settings of a settings file, too', () => {
    const file = fileOf('DOORMAN_DATABASE_CRM=redis://cache\nDOORMAN_SECRET_=x\n')
    expect(problemsOf({ file, env: SECRETS })).toEqual([
      expect.stringMatching(/\.txt:2: DOORMAN_SECRET_ is no setting/),
    ])
  })
})

describe('a name that is no setting', () => {
  test.each([
    ['DOORMAN_AMI_PASSWORD', 'DOORMAN_AMI_SECRET'],
    ['DOORMAN_ARI_SECRET', 'DOORMAN_ARI_PASSWORD'],
    ['DOORMAN_ARI_USER_NAME', 'DOORMAN_ARI_USERNAME'],
    ['DOORMAN_FLOW', 'DOORMAN_FLOWS'],
    ['DOORMAN_AMI_PORTS', 'DOORMAN_AMI_PORT'],
  ])('%s is a problem that names %s', (name, meant) => {
    expect(problemsWith({ [name]: 'x' })).toEqual([`${name} is no setting; is ${meant} meant?`])
  })

  test('and is near to none stays alone in the environment, where Kubernetes writes too', () => {
    expect(
      problemsWith({ DOORMAN_SERVICE_HOST: '10.0.0.1', DOORMAN_PORT_8080_TCP_ADDR: '10.0.0.1' }),
    ).toEqual([])
  })

  test('is a problem in a settings file in any case', () => {
    expect(problemsOf({ file: fileOf('DOORMAN_WHATEVER=1\n'), env: SECRETS })).toEqual([
      expect.stringMatching(/\.txt:1: DOORMAN_WHATEVER is no setting/),
    ])
  })
})

test('a line of a settings file that sets nothing is a problem', () => {
  const file = fileOf(
    'DOORMAN_KEEP_CALLS = 7\n# DOORMAN_APP\nDOORMAN_RELOAD: manual\nDOORMAN_MAX_CHANGE 1%\n',
  )
  expect(problemsOf({ file, env: SECRETS })).toEqual([
    `${file}:3: DOORMAN_RELOAD has no = and value behind it`,
    `${file}:4: DOORMAN_MAX_CHANGE has no = and value behind it`,
  ])
})

test('a settings file that is not there is one problem beside the others', () => {
  const file = join(folder, 'nowhere.env')
  expect(problemsOf({ file, env: SECRETS })).toEqual([
    expect.stringMatching(/^The settings file .*nowhere\.env does not exist$/),
  ])
})

const FILES = { 'settings.env': 'DOORMAN_DATA=/var/lib/doorman\n' }
const ENV = { DOORMAN_SETTINGS: '/srv/doorman.env' }

describe('the settings file', () => {
  test('is that of --settings, else of DOORMAN_SETTINGS, else that of the installed instance', () =>
    inFolder(FILES, async (folder) => {
      const installed = join(folder, 'settings.env')
      expect(findSettings('own.env', ENV, installed)).toEqual({ file: 'own.env', note: undefined })
      const note = 'Settings: /srv/doorman.env (DOORMAN_SETTINGS)'
      expect(findSettings(undefined, ENV, installed)).toEqual({ file: '/srv/doorman.env', note })
      expect(findSettings(undefined, {}, installed)).toEqual({
        file: installed,
        note: `Settings: ${installed}`,
      })
      expect(findSettings(undefined, { DOORMAN_SETTINGS: '' }, installed).file).toBe(installed)
    }))

  test('is none where nothing is installed', () => {
    const none = { file: undefined, note: undefined }
    expect(findSettings(undefined, {}, '/no/such/settings.env')).toEqual(none)
  })

  test('is none where this user may not read that of the installed instance, and a note says so', () =>
    inFolder(FILES, async (folder) => {
      // The folder of a test is private to its user; root may read everything.
      const isRoot = process.geteuid?.() === 0
      if (isRoot) process.seteuid?.(65_534)
      try {
        const installed = isRoot ? join(folder, 'settings.env') : '/root/settings.env'
        const { file, note } = findSettings(undefined, {}, installed)
        expect(file).toBeUndefined()
        expect(note).toMatch(/settings\.env cannot be read by the user .+ \(EACCES\).*sudo/)
      } finally {
        if (isRoot) process.seteuid?.(0)
      }
    }))
})

test('a value that cannot be used is a problem with its line, and so are names that are nearly a setting', () => {
  const text =
    'NODE_OPTIONS=--no-warnings\nDOORMAN_RELOAD=maual\nRELOAD=manual\nexport doorman_data=x\nDOORMN_APP=x\n'
  const file = fileOf(text)
  expect([...problemsOf({ file, env: SECRETS })].sort()).toEqual([
    `${file}:2: DOORMAN_RELOAD must be auto or manual`,
    `${file}:3: RELOAD is no setting; is DOORMAN_RELOAD meant?`,
    `${file}:4: doorman_data is no setting; is DOORMAN_DATA meant?`,
    `${file}:5: DOORMN_APP is no setting; is DOORMAN_APP meant?`,
  ])
  const env = { ...SECRETS, DOORMAN_LOG_LEVEL: 'x', DOORMAN_CONTROL_PORT: '-1', DOORMAN_SIP_TARGET: 'pbx:0' }
  expect(problemsOf({ env })).toEqual([
    'DOORMAN_CONTROL_PORT must be a port number from 0 to 65535',
    'DOORMAN_LOG_LEVEL must be error, warn, info or debug',
    'DOORMAN_SIP_TARGET must have a port from 1 to 65535',
  ])
})
