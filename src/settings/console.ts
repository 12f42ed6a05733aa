/** Who may use the console, and where it is served. */
import { isIP } from 'node:net'
import { z } from 'zod'

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

export const namedTokens = z.string().transform((text, context): readonly NamedToken[] => {
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
      'write name:role:token, as ann:admin:… with a token of 16 characters or more; roles are viewer, operator and admin',
    )
  else if (names.size < tokens.length) context.addIssue('names a user twice')
  return tokens
})

/** Addresses, such as `10.0.0.5, ::1`. */
export const proxies = z
  .string()
  .transform((text) => text.split(/[\s,]+/))
  .refine((all) => all.every((address) => isIP(address) > 0), 'write addresses, as 10.0.0.5, ::1')

/** The headers in which a proxy says whom it has signed in, in small letters: name and role. */
export const proxyHeaders = z
  .string()
  .regex(/^[\w-]+[\s,]+[\w-]+$/, 'write the headers of the name and of the role, as X-User, X-Role')
  .transform((text) => text.toLowerCase().split(/[\s,]+/))

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127\./.test(host)
}

/** Why the console is not served, though it is not switched off: its tokens would go over the network in the clear. */
export function whyNoConsole(settings: {
  readonly DOORMAN_CONSOLE: boolean
  readonly DOORMAN_CONTROL_HOST: string
  readonly DOORMAN_CONTROL_CERT?: string | undefined
  readonly DOORMAN_CONSOLE_URL?: string | undefined
}): string | undefined {
  const { DOORMAN_CONTROL_HOST: host, DOORMAN_CONTROL_CERT: cert, DOORMAN_CONSOLE_URL: url = '' } = settings
  if (!settings.DOORMAN_CONSOLE || isLoopback(host) || cert !== undefined || url.startsWith('https:'))
    return undefined
  return (
    `The console is off: DOORMAN_CONTROL_HOST=${host} is not loopback, and there is no TLS. Set DOORMAN_CONTROL_CERT ` +
    'and DOORMAN_CONTROL_KEY, or DOORMAN_CONSOLE_URL=https://… where a proxy has TLS.'
  )
}
