import { closeSync, openSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { parseEnv } from 'node:util'
import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import { type DatabaseAccess, parseDatabaseUrl } from '../lib/database-url.js'
import { schema } from './schema.js'

const SECRETS = [
  'DOORMAN_ARI_PASSWORD',
  'DOORMAN_AMI_SECRET',
  'DOORMAN_AMI_ADMIN_SECRET',
  'DOORMAN_SIP_PASSWORD',
  'DOORMAN_CONTROL_TOKEN',
  'DOORMAN_TOKENS',
  'DOORMAN_FLEET_SEED',
  'DOORMAN_FLEET_SIGNING_KEY',
] as const

/** `DOORMAN_DATABASE_CRM`, `DOORMAN_SECRET_CRM_TOKEN` and the like, which are secrets, too. */
const NAMED = /^DOORMAN_(DATABASE|SECRET)_([A-Z0-9_]*[A-Z0-9])$/

/** Names that begin with DOORMAN_ and are no settings. */
const OTHER_NAMES = ['DOORMAN_SETTINGS', ...SECRETS.map((name) => `${name}_FILE`)]

export type Settings = Readonly<z.output<typeof schema>> & {
  /** By name in small letters, as flow files write it: `crm` of DOORMAN_DATABASE_CRM. */
  readonly databases: ReadonlyMap<string, DatabaseAccess>
  /** By name: `CRM_TOKEN` of DOORMAN_SECRET_CRM_TOKEN. */
  readonly secrets: ReadonlyMap<string, string>
}
export type SettingName = keyof z.output<typeof schema>
export const SETTING_NAMES = Object.keys(schema.shape) as readonly SettingName[]
/** Settings of which there may be several, each with a name of the admin's. */
export const NAMED_SETTINGS = ['DOORMAN_DATABASE_<NAME>', 'DOORMAN_SECRET_<NAME>'] as const

/** Settings whose values may be shown. */
export const HARMLESS_NAMES: ReadonlySet<string> = new Set<string>([
  ...SETTING_NAMES,
  ...OTHER_NAMES,
]).difference(new Set(SECRETS))

/** `problems` has one line for each setting that cannot be used; none repeats a secret. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'SettingsError'
  }
}

export interface SettingsSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A file of `NAME=value` lines; the environment overrides it. */
  readonly file?: string | undefined
  /** Settings that the command does not need, such as passwords for `doorman check`. */
  readonly optional?: readonly SettingName[]
}

/** Reads all settings. @throws SettingsError with every problem. */
export function readSettings(source: SettingsSource): Settings {
  const problems: string[] = []
  const text = readSettingsFile(source.file, problems)
  const inFile = notEmpty(parseEnv(text))
  const given = { ...settingsIn(inFile), ...settingsIn(source.env) }
  const values = withSecretFiles(given, problems, source.optional ?? [])
  problems.push(...unknownNames(given, inFile))
  const optional = Object.fromEntries((source.optional ?? []).map((name) => [name, true as const]))
  const parsed = schema.partial(optional as Record<SettingName, true>).safeParse(values)
  const { databases, secrets } = namedSettings(values, problems)
  if (parsed.success) problems.push(...contradictions(parsed.data as Settings))
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join('.')} ${issue.message}`)
  if (!parsed.success || problems.length > 0)
    throw new SettingsError(problems.map((problem) => withPlace(problem, source, text)))
  return Object.freeze({ ...(parsed.data as Settings), databases, secrets })
}

/** With the line of the settings file, where the setting that the problem begins with is from there. */
function withPlace(problem: string, { env, file }: SettingsSource, text: string): string {
  const [name = ''] = problem.split(/[\s:]/, 1)
  if (!/^\w+$/.test(name) || env[name]) return problem
  const isIt = new RegExp(`^\\s*(?:export\\s+)?${name}\\b`)
  const line = text.split('\n').findLastIndex((one) => isIt.test(one)) + 1
  return line === 0 ? problem : `${file}:${line}: ${problem}`
}

/** The databases and secrets that the admin has named. */
function namedSettings(values: Readonly<Record<string, string>>, problems: string[]) {
  const databases = new Map<string, DatabaseAccess>()
  const secrets = new Map<string, string>()
  for (const [setting, value] of Object.entries(values)) {
    const [, kind, name = ''] = NAMED.exec(setting) ?? []
    if (kind === 'SECRET') secrets.set(name, value)
    if (kind !== 'DATABASE') continue
    try {
      databases.set(name.toLowerCase(), parseDatabaseUrl(value))
    } catch (error) {
      problems.push(`${setting} ${(error as Error).message}`)
    }
  }
  return { databases, secrets }
}

function contradictions(settings: Settings): string[] {
  const { DOORMAN_APP: own, DOORMAN_APPS: all, DOORMAN_MAX_CHANGE: maxChange } = settings
  const problems: string[] = []
  // The generated dialplan would never send a call to an application that DOORMAN_APPS does not name.
  if (all?.includes(own) === false)
    problems.push(`DOORMAN_APPS does not name ${own}, which is this instance's own DOORMAN_APP`)
  if ((settings.DOORMAN_CONTROL_CERT === undefined) !== (settings.DOORMAN_CONTROL_KEY === undefined))
    problems.push('DOORMAN_CONTROL_CERT and DOORMAN_CONTROL_KEY are needed together')
  if (settings.DOORMAN_PROXY_HEADERS !== undefined && settings.DOORMAN_PROXIES === undefined)
    problems.push('DOORMAN_PROXY_HEADERS needs DOORMAN_PROXIES: the addresses of proxies that may send them')
  // A limit that no candidate can exceed would guard nothing.
  if (maxChange !== undefined && (settings.DOORMAN_MASK_NUMBERS || settings.DOORMAN_KEEP_CALLS === 0))
    problems.push(
      'DOORMAN_MAX_CHANGE needs recorded calls: DOORMAN_KEEP_CALLS=0 records none, and those of DOORMAN_MASK_NUMBERS=yes cannot be replayed',
    )
  const { DOORMAN_FLEET: fleet, DOORMAN_FLEET_NAME: name, DOORMAN_FLEET_KEY: key } = settings
  const isMember = name !== undefined && key !== undefined
  if (fleet !== undefined && !isMember && settings.DOORMAN_FLEET_SIGNING_KEY === undefined)
    problems.push(
      'DOORMAN_FLEET needs DOORMAN_FLEET_NAME and DOORMAN_FLEET_KEY; "doorman fleet init" writes them',
    )
  return problems
}

function settingsIn(env: SettingsSource['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(notEmpty(env)).filter(([name]) => name.startsWith('DOORMAN_')))
}

/** An empty variable is how compose files and unit files say "not set". */
function notEmpty(env: SettingsSource['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
}

/** @returns the text of the file; empty where it cannot be read */
function readSettingsFile(file: string | undefined, problems: string[]): string {
  if (file === undefined) return ''
  try {
    const text = readFileSync(file, 'utf8')
    // parseEnv passes over such a line.
    const bare = [...text.matchAll(/^[ \t]*(DOORMAN_\w*)(?![\w \t]*=)/gm)]
    problems.push(...bare.map(([, name]) => `${name} has no = and value behind it`))
    return text
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const says = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`
    problems.push(`The settings file ${file} ${says}`)
    return ''
  }
}

/** The files that hold secrets: those that `…_FILE` names, and the settings file where it has one itself. */
export function secretFiles({ env, file }: SettingsSource): readonly string[] {
  const inFile = settingsIn(parseEnv(readSettingsFile(file, [])))
  const given = { ...inFile, ...settingsIn(env) }
  const own = file !== undefined && secretsIn(inFile).some((name) => inFile[name] !== undefined) ? [file] : []
  return [...own, ...secretsIn(given).flatMap((name) => given[`${name}_FILE`] ?? [])]
}

/** The names of all secrets, without `_FILE`. */
function secretsIn(given: Readonly<Record<string, string>>): readonly string[] {
  const names = Object.keys(given).map((name) => name.replace(/_FILE$/, ''))
  return [...SECRETS, ...new Set(names.filter((name) => NAMED.test(name)))]
}

function withSecretFiles(
  given: Readonly<Record<string, string>>,
  problems: string[],
  optional: readonly SettingName[],
): Record<string, string> {
  const values = { ...given }
  for (const name of secretsIn(given)) {
    // A database named "crm_file" could not be told from the file of "crm".
    delete values[`${name}_FILE`]
    const file = given[`${name}_FILE`]
    if (file === undefined) continue
    if (given[name] !== undefined) problems.push(`${name} and ${name}_FILE are both given: choose one`)
    try {
      values[name] = readFileSync(file, 'utf8').trim()
    } catch (error) {
      // The service, which may not read it, does without the second AMI user.
      if (name === 'DOORMAN_AMI_ADMIN_SECRET' && (error as NodeJS.ErrnoException).code === 'EACCES') continue
      if (NAMED.test(name) ? optional.length > 0 : optional.includes(name as SettingName)) continue
      problems.push(`${name}_FILE: ${(error as Error).message}`)
      if (!NAMED.test(name)) values[name] = 'unread'
    }
  }
  return values
}

/**
 * Names close to a setting's: DOORMAN_AMI_PASSWORD for DOORMAN_AMI_SECRET, RELOAD for DOORMAN_RELOAD. Other unknown names
 * are ignored in the environment (Kubernetes sets DOORMAN_PORT_… for a service called doorman). In a settings file they
 * are refused where they begin with DOORMAN_; others may be for other programs.
 */
function unknownNames(given: object, inFile: object): string[] {
  const known = [...SETTING_NAMES, ...OTHER_NAMES]
  return Object.keys({ ...inFile, ...given }).flatMap((name) => {
    if (known.includes(name) || NAMED.test(name)) return []
    const upper = name.toUpperCase()
    // ARI has a password and AMI a secret; the two are often confused.
    const swapped = upper.replace(/PASSWORD|SECRET/, (word) => (word === 'SECRET' ? 'PASSWORD' : 'SECRET'))
    const same = [upper, swapped, `DOORMAN_${upper}`].find((one) => known.includes(one))
    const nearest = same ?? closest(upper, known)
    const isRefused = name in inFile && name.startsWith('DOORMAN_')
    const isMeant = same !== undefined || distance(upper, nearest) <= 2
    return isMeant || isRefused ? [`${name} is no setting; is ${nearest} meant?`] : []
  })
}

/** The applications of all instances at this PBX: this one alone unless DOORMAN_APPS names more. */
export function applicationsOf({ DOORMAN_APP: own, DOORMAN_APPS: all = [own] }: Settings) {
  return all
}

/** Where recorded calls are, and how many are kept. */
export function storeOptions(settings: Settings) {
  const {
    DOORMAN_DATA: folder,
    DOORMAN_KEEP_CALLS: keepCallsDays,
    DOORMAN_KEEP_CALLS_MB: keepCallsMb,
  } = settings
  return { folder, keepCallsDays, keepCallsMb }
}

export function ariAccess(settings: Settings) {
  return {
    url: settings.DOORMAN_ARI_URL,
    username: settings.DOORMAN_ARI_USERNAME,
    password: settings.DOORMAN_ARI_PASSWORD,
  }
}

/** Doorman's own AMI user. */
export function amiAccess(settings: Settings) {
  const { DOORMAN_AMI_HOST: host, DOORMAN_AMI_PORT: port } = settings
  return { host, port, username: settings.DOORMAN_AMI_USERNAME, secret: settings.DOORMAN_AMI_SECRET }
}

/** The AMI user that may reload the dialplan and read the configuration; undefined unless its secret is set. */
export function adminAccess(settings: Settings) {
  const { DOORMAN_AMI_ADMIN_USERNAME: username, DOORMAN_AMI_ADMIN_SECRET: secret } = settings
  return secret === undefined ? undefined : { ...amiAccess(settings), username, secret }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\./.test(host)
}

/** Why the console is not served, though it is not switched off: its tokens would go over the network in the clear. */
export function whyNoConsole(settings: Settings): string | undefined {
  const { DOORMAN_CONTROL_HOST: host, DOORMAN_CONTROL_CERT: cert, DOORMAN_CONSOLE_URL: url = '' } = settings
  if (!settings.DOORMAN_CONSOLE || isLoopback(host) || cert !== undefined || url.startsWith('https:'))
    return undefined
  return (
    `The console is off: DOORMAN_CONTROL_HOST=${host} is not loopback, and there is no TLS. Set DOORMAN_CONTROL_CERT ` +
    'and DOORMAN_CONTROL_KEY, or DOORMAN_CONSOLE_URL=https://… where a proxy has TLS.'
  )
}

/** Where `doorman setup` and the package put the settings and flow files of the installed instance. */
export const INSTALLED_FOLDER = '/etc/doorman'
const INSTALLED = `${INSTALLED_FOLDER}/settings.env`

/**
 * The settings file: the one of `--settings`, else of `DOORMAN_SETTINGS`, else that of the installed instance; none where
 * the environment has all. `note` is what a person should know of the choice, where it was not theirs.
 */
export function findSettings(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  installed = INSTALLED,
): { readonly file: string | undefined; readonly note: string | undefined } {
  if (option !== undefined) return { file: option, note: undefined }
  const named = env.DOORMAN_SETTINGS
  if (named) return { file: named, note: `Settings: ${named} (DOORMAN_SETTINGS)` }
  try {
    closeSync(openSync(installed, 'r'))
    return { file: installed, note: `Settings: ${installed}` }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { file: undefined, note: undefined }
    const why = `${installed} cannot be read by the user ${userName()} (${code})`
    return { file: undefined, note: `Note: ${why}, so it is not used. Run the command with sudo.` }
  }
}

/** The user of this process, by name, or in a container that has no name for it by number. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
