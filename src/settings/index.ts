import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { type Applications, isAmong, parseApplications } from '../asterisk/ari/applications.js'

/** `"0"`, `no` and `false` are what people write for no. */
const yesOrNo = z
  .enum(['yes', 'true', '1', 'no', 'false', '0'], { error: 'say yes or no' })
  .transform((text) => {
    return text === 'yes' || text === 'true' || text === '1'
  })

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'give a port number from 1 to 65535')
  .transform(Number)
  .refine((number) => number >= 1 && number <= 65_535, 'give a port number from 1 to 65535')

/** 0 lets the system choose; `doorman reload` finds the port in the data folder. */
const portOrAny = z.union([z.literal('0').transform(() => 0), port])

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'give an address such as http://127.0.0.1:8088' })
  // It stands in log lines, and fetch() refuses it with a user in it.
  .refine((url) => !/^https?:\/\/[^/]*@/i.test(url), {
    error: 'names a user: give that in DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASSWORD',
  })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/ari$/, ''))

const APPS_HINT =
  'give the DOORMAN_APP of each Doorman, as in: doorman-a, doorman-b (or doorman-* for all that begin so)'

/** asterisk-manager sends texts as they are, and what follows a line end would be an action of its own. */
const NO_LINE_END = [/^[^\r\n\0]*$/, 'holds a line end: give it on one line'] as const

const user = z
  .string()
  .min(1)
  .regex(...NO_LINE_END)

const needed = (what: string) =>
  z
    .string({ error: `is missing: ${what}` })
    .min(1, `is empty: ${what}`)
    .regex(...NO_LINE_END)

/**
 * Every setting, by its name in the environment. A name with `_FILE` behind it names a file whose content
 * is the value, for those marked as secret.
 */
const schema = z.object({
  DOORMAN_ARI_URL: httpUrl.default('http://127.0.0.1:8088'),
  DOORMAN_ARI_USERNAME: user.default('doorman'),
  DOORMAN_ARI_PASSWORD: needed('the password of the user in ari.conf, or DOORMAN_ARI_PASSWORD_FILE'),
  DOORMAN_AMI_HOST: z.string().min(1).default('127.0.0.1'),
  DOORMAN_AMI_PORT: port.default(5038),
  DOORMAN_AMI_USERNAME: user.default('doorman'),
  DOORMAN_AMI_SECRET: needed('the secret of the user in manager.conf, or DOORMAN_AMI_SECRET_FILE'),
  DOORMAN_AMI_ADMIN_USERNAME: user.default('doorman-admin'),
  DOORMAN_AMI_ADMIN_SECRET: user.optional(),
  DOORMAN_APP: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'use letters, digits, - and _ only: it is a Stasis application')
    .default('doorman'),
  DOORMAN_APPS: z
    .string()
    .transform((text, context) => {
      const applications = parseApplications(text)
      if (applications === undefined) context.addIssue(APPS_HINT)
      return applications ?? z.NEVER
    })
    .optional(),
  DOORMAN_FLOWS: z.string().min(1).default('flows'),
  DOORMAN_DATA: z.string().min(1).default('data'),
  DOORMAN_CONTROL_HOST: z.string().min(1).default('127.0.0.1'),
  DOORMAN_CONTROL_PORT: portOrAny.default(8390),
  DOORMAN_CONTROL_TOKEN: z.string().min(16, 'is too short: use 16 characters or more').optional(),
  DOORMAN_FUNCTION_DEADLINE_MS: z
    .string()
    .regex(/^\d+$/, 'give milliseconds')
    .transform(Number)
    .refine((ms) => ms >= 10 && ms <= 500, 'give 10 to 500 milliseconds: the caller waits 2 seconds at most')
    .default(250),
  DOORMAN_LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  DOORMAN_MASK_NUMBERS: yesOrNo.default(false),
  DOORMAN_SIP_TARGET: z.string().min(1).default('127.0.0.1:5060'),
  DOORMAN_SIP_LOCAL: z.string().min(1).optional(),
  DOORMAN_SIP_USERNAME: z.string().min(1).optional(),
  DOORMAN_SIP_PASSWORD: z.string().min(1).optional(),
})

/** The applications of all Doormen at this PBX; of this one alone where nothing else is said. */
export function applicationsOf(settings: Pick<Settings, 'DOORMAN_APP' | 'DOORMAN_APPS'>): Applications {
  return settings.DOORMAN_APPS ?? { names: [settings.DOORMAN_APP] }
}

const SECRETS = [
  'DOORMAN_ARI_PASSWORD',
  'DOORMAN_AMI_SECRET',
  'DOORMAN_AMI_ADMIN_SECRET',
  'DOORMAN_SIP_PASSWORD',
  'DOORMAN_CONTROL_TOKEN',
] as const

/** Names that begin with DOORMAN_ and are not settings of Doorman itself. */
const OTHER_NAMES = ['DOORMAN_SETTINGS', ...SECRETS.map((name) => `${name}_FILE`)]

export type Settings = Readonly<z.output<typeof schema>>
export type SettingName = keyof Settings
export const SETTING_NAMES = Object.keys(schema.shape) as readonly SettingName[]

/** Settings that cannot be used; `problems` has a line for each, and none of them repeats a secret. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'SettingsError'
  }
}

export interface SettingsSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A file of `NAME=value` lines; what the environment says comes first. */
  readonly file?: string | undefined
  /** The settings that the command at hand can do without, such as passwords for `doorman check`. */
  readonly optional?: readonly SettingName[]
}

/**
 * Reads all settings at once: the file, the environment over it, and the files that `…_FILE` names.
 * @throws SettingsError with every problem.
 */
export function readSettings(source: SettingsSource): Settings {
  const problems: string[] = []
  const given = { ...readSettingsFile(source.file, problems), ...settingsIn(source.env) }
  const values = withSecretFiles(given, problems)
  problems.push(...unknownNames(given, source.file))
  const parsed = schemaFor(source.optional ?? []).safeParse(values)
  if (parsed.success) problems.push(...strangerAmong(parsed.data as Settings))
  for (const issue of parsed.error?.issues ?? []) problems.push(`${issue.path.join('.')} ${issue.message}`)
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems)
  return Object.freeze(parsed.data as Settings)
}

/** A Doorman whose application the dialplan does not know would wait for ever for its first call. */
function strangerAmong({ DOORMAN_APP, DOORMAN_APPS }: Settings): string[] {
  if (DOORMAN_APPS === undefined || isAmong(DOORMAN_APP, DOORMAN_APPS)) return []
  return [`DOORMAN_APPS does not name ${DOORMAN_APP}, which is this Doorman's own DOORMAN_APP`]
}

function schemaFor(optional: readonly SettingName[]) {
  const mask = Object.fromEntries(optional.map((name) => [name, true as const]))
  return schema.partial(mask as Record<SettingName, true>)
}

function settingsIn(env: SettingsSource['env']): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => name.startsWith('DOORMAN_'))
  // An empty variable is how compose files and unit files say "not set".
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => Boolean(entry[1])))
}

function readSettingsFile(file: string | undefined, problems: string[]): Record<string, string> {
  if (file === undefined) return {}
  try {
    return settingsIn(parseEnv(readFileSync(file, 'utf8')) as Record<string, string>)
  } catch (error) {
    problems.push(`The settings file ${file} cannot be read: ${(error as Error).message}`)
    return {}
  }
}

function withSecretFiles(
  given: Readonly<Record<string, string>>,
  problems: string[],
): Record<string, string> {
  const values = { ...given }
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`]
    if (file === undefined) continue
    if (given[name] !== undefined) problems.push(`${name} and ${name}_FILE are both given: choose one`)
    try {
      values[name] = readFileSync(file, 'utf8').trim()
    } catch (error) {
      problems.push(`${name}_FILE: ${(error as Error).message}`)
      values[name] = 'unread'
    }
  }
  return values
}

/**
 * Names that are near to a setting's but not one: DOORMAN_AMI_PASSWORD for DOORMAN_AMI_SECRET. Names that are
 * near to none stay alone in the environment (Kubernetes sets DOORMAN_PORT_… by itself for a service of our
 * name), but are refused in a settings file, where nobody else writes.
 */
function unknownNames(given: Readonly<Record<string, string>>, file: string | undefined): string[] {
  const known = [...SETTING_NAMES, ...OTHER_NAMES]
  const problems: string[] = []
  const inFile = file === undefined ? {} : readSettingsFile(file, [])
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    const nearest = nearestName(name, known)
    if (name in inFile || isNear(name, nearest)) problems.push(`${name} is no setting; is ${nearest} meant?`)
  }
  return problems
}

/** ARI has a password and AMI a secret, and people mix these up. */
function nearestName(name: string, known: readonly string[]): string {
  const other = name.replace(/PASSWORD|SECRET/, (word) => (word === 'SECRET' ? 'PASSWORD' : 'SECRET'))
  return known.includes(other) ? other : closest(name, known)
}

function isNear(name: string, nearest: string): boolean {
  const isOtherWord = name.replace(/PASSWORD|SECRET/, '') === nearest.replace(/PASSWORD|SECRET/, '')
  return isOtherWord || distance(name, nearest) <= 2
}
