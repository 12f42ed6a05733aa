import { isIP } from 'node:net'
import { z } from 'zod'
import { parseShare } from '../lib/units.js'

/** What a user of the console may do, the least first: look with masked numbers; look, and override hours; all. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** Signs its owner in to the console. */
export interface NamedToken {
  readonly name: string
  readonly role: Role
  readonly token: string
}

const NAMED_TOKEN = /^([A-Za-z0-9._@-]{1,40}):(viewer|operator|admin):(\S{16,})$/

const namedTokens = z.string().transform((text, context): readonly NamedToken[] => {
  const found = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => NAMED_TOKEN.exec(part))
  const tokens = found.flatMap((match) => {
    const [, name = '', role, token = ''] = match ?? []
    return match === null ? [] : [{ name, role: role as Role, token }]
  })
  const names = new Set(tokens.map(({ name }) => name))
  if (tokens.length < found.length)
    context.addIssue(
      'must be name:role:token for each user, with a role of viewer, operator or admin and a token of 16 characters or more',
    )
  else if (names.size < tokens.length) context.addIssue('names a user twice')
  return tokens
})

/** Addresses, such as `10.0.0.5, ::1`. */
const proxies = z
  .string()
  .transform((text) => text.split(/[\s,]+/))
  .refine((all) => all.every((address) => isIP(address) > 0), 'must be addresses, as 10.0.0.5, ::1')

/** The headers in which a proxy says whom it has signed in, in small letters: name and role. */
const proxyHeaders = z
  .string()
  .regex(/^[\w-]+[\s,]+[\w-]+$/, 'must be the headers of the name and of the role, as X-User, X-Role')
  .transform((text) => text.toLowerCase().split(/[\s,]+/))

const yesOrNo = z
  .enum(['yes', 'true', '1', 'no', 'false', '0'], { error: 'must be yes or no' })
  .transform((text) => text === 'yes' || text === 'true' || text === '1')

const integer = (least: number, most: number, hint: string) =>
  z
    .string()
    .regex(/^\d{1,7}$/, hint)
    .transform(Number)
    .refine((number) => number >= least && number <= most, hint)
const mebibytes = (hint = '') => integer(1, 9_999_999, `must be mebibytes, 1 or more${hint}`)
const port = (least: number) => integer(least, 65_535, `must be a port number from ${least} to 65535`)

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:8088' })
  // It stands in log lines, and fetch() refuses it with a user in it.
  .refine((url) => !/^https?:\/\/[^/]*@/i.test(url), {
    error: 'names a user: give that in DOORMAN_ARI_USERNAME and DOORMAN_ARI_PASSWORD',
  })
  .transform((url) => url.replace(/\/+$/, '').replace(/\/ari$/, ''))

const share = z.string().transform((text, context) => {
  try {
    return parseShare(text)
  } catch {
    context.addIssue('must be a share of calls, as 1% or 0.01')
    return z.NEVER
  }
})

const APP_NAME = /^[A-Za-z0-9_-]+$/

/** The applications of all instances at one PBX. */
const applications = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((names) => names.every((name) => APP_NAME.test(name)), {
    error: 'must be the DOORMAN_APP of each instance, as in: doorman-a, doorman-b',
  })

/** `host:port`; the port is 5060 where none is given (RFC 3261 §19.1.2). */
export const sipTarget = z
  .string()
  .regex(/^[^\s:/@]+(?::\d{1,5})?$/, 'must be host:port, such as 127.0.0.1:5060')
  .transform((text) => (text.includes(':') ? text : `${text}:5060`))
  .refine((text) => {
    const port = Number(text.split(':')[1])
    return port >= 1 && port <= 65_535
  }, 'must have a port from 1 to 65535')

/** asterisk-manager sends values as they are: text after a line end would be an action of its own. */
const NO_LINE_END = [/^[^\r\n\0]*$/, 'holds a line end: give it on one line'] as const

const user = z
  .string()
  .min(1)
  .regex(...NO_LINE_END)

const needed = (what: string) =>
  z
    .string({ error: `is missing: ${what}; "doorman setup" makes it` })
    .min(1, `is empty: ${what}`)
    .regex(...NO_LINE_END)

/** The name of a PBX in a fleet, less the words that mean something else there. */
export const FLEET_NAME = /^(?!(?:all|publisher)$)[a-z0-9][a-z0-9_-]{0,39}$/

/** Every setting, by its name in the environment. The value of a secret may be in a file that `…_FILE` names. */
export const schema = z.object({
  DOORMAN_ARI_URL: httpUrl.default('http://127.0.0.1:8088'),
  DOORMAN_ARI_USERNAME: user.default('doorman'),
  DOORMAN_ARI_PASSWORD: needed('the password of the user in ari.conf, or DOORMAN_ARI_PASSWORD_FILE'),
  DOORMAN_AMI_HOST: z.string().min(1).default('127.0.0.1'),
  DOORMAN_AMI_PORT: port(1).default(5038),
  DOORMAN_AMI_USERNAME: user.default('doorman'),
  DOORMAN_AMI_SECRET: needed('the secret of the user in manager.conf, or DOORMAN_AMI_SECRET_FILE'),
  DOORMAN_AMI_ADMIN_USERNAME: user.default('doorman-admin'),
  DOORMAN_AMI_ADMIN_SECRET: user.optional(),
  DOORMAN_APP: z
    .string()
    .regex(APP_NAME, 'may have letters, digits, - and _ only: it is a Stasis application')
    .default('doorman'),
  DOORMAN_APPS: applications.optional(),
  DOORMAN_FLOWS: z.string().min(1).default('flows'),
  DOORMAN_RELOAD: z.enum(['auto', 'manual'], { error: 'must be auto or manual' }).default('auto'),
  DOORMAN_MAX_CHANGE: share.optional(),
  DOORMAN_DATA: z.string().min(1).default('data'),
  DOORMAN_KEEP_CALLS: integer(0, 9_999_999, 'must be days, or 0 to record no calls').default(30),
  DOORMAN_KEEP_CALLS_MB: mebibytes('; DOORMAN_KEEP_CALLS=0 records no calls').default(1_024),
  DOORMAN_GREETINGS: z.string().min(1).default('greetings'),
  DOORMAN_GREETINGS_MB: mebibytes().default(1_024),
  DOORMAN_GREETINGS_AHEAD: integer(0, 9_999_999, 'must be a number of texts, 0 or more').default(10_000),
  DOORMAN_CONTROL_HOST: z.string().min(1).default('127.0.0.1'),
  // 0 lets the system choose; `doorman reload` finds the port in the data folder.
  DOORMAN_CONTROL_PORT: port(0).default(8390),
  DOORMAN_CONTROL_TOKEN: z.string().min(16, 'is too short: use 16 characters or more').optional(),
  DOORMAN_CONSOLE: yesOrNo.default(true),
  DOORMAN_CONSOLE_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://doorman.example' })
    .optional(),
  DOORMAN_CONTROL_CERT: z.string().min(1).optional(),
  DOORMAN_CONTROL_KEY: z.string().min(1).optional(),
  DOORMAN_TOKENS: namedTokens.optional(),
  DOORMAN_PROXIES: proxies.optional(),
  DOORMAN_PROXY_HEADERS: proxyHeaders.optional(),
  DOORMAN_FUNCTION_DEADLINE_MS: integer(
    10,
    500,
    'must be 10 to 500 milliseconds: the caller waits 2 seconds at most',
  ).default(250),
  DOORMAN_FLEET: z
    .string()
    .regex(
      /^(?:(?:nats|tls):\/\/.|\/)/,
      'is no address: give nats://…, tls://… or the whole path of a shared folder',
    )
    .optional(),
  DOORMAN_FLEET_NAME: z
    .string()
    .regex(FLEET_NAME, 'may have small letters, digits, - and _ only, as: berlin')
    .optional(),
  DOORMAN_FLEET_RING: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/, 'may have small letters, digits, - and _ only, as: canary')
    .default('rest'),
  DOORMAN_FLEET_KEY: z
    .string()
    .regex(
      /^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$/,
      'is no public key: copy it from what "doorman fleet init" wrote',
    )
    .optional(),
  DOORMAN_FLEET_CA: z.string().min(1).optional(),
  DOORMAN_FLEET_SEED: z
    .string()
    .regex(/^SU[A-Z2-7]{56}$/, 'is no seed of an NKEY, as SU…: copy it from what "doorman fleet init" wrote')
    .optional(),
  DOORMAN_FLEET_SIGNING_KEY: z
    .string()
    .regex(
      /^MC4CAQAwBQYDK2VwBCIEI[A-Za-z0-9+/]{42}[A-Za-z0-9+/]$/,
      'is no private key of "doorman fleet init"',
    )
    .optional(),
  DOORMAN_LOG_FORMAT: z.enum(['text', 'json'], 'must be text or json').optional(),
  DOORMAN_LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'], 'must be error, warn, info or debug')
    .default('info'),
  DOORMAN_MASK_NUMBERS: yesOrNo.default(false),
  DOORMAN_SIP_TARGET: sipTarget.default('127.0.0.1:5060'),
  DOORMAN_SIP_LOCAL: z.string().min(1).optional(),
  DOORMAN_SIP_USERNAME: z.string().min(1).optional(),
  DOORMAN_SIP_PASSWORD: z.string().min(1).optional(),
})
