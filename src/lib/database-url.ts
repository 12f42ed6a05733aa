import { isIP } from 'node:net'
import { suggestion } from './text.js'

/** How to reach a database; the settings have one for each name. */
export interface DatabaseAccess {
  readonly engine: 'postgres' | 'mysql' | 'redis'
  readonly host: string
  readonly port: number
  /** Empty for none, and so is the password. */
  readonly user: string
  readonly password: string
  /** The name of a database; the number of a Redis one. */
  readonly database: string
  /** Undefined for a connection without TLS. */
  readonly tls: DatabaseTls | undefined
}

export interface DatabaseTls {
  /** Whether the server's certificate and name are checked. */
  readonly verify: boolean
  /** File with the certificates (PEM) that are trusted; undefined for those that Node.js trusts. */
  readonly ca: string | undefined
}

const SCHEMES: Readonly<Record<string, readonly [DatabaseAccess['engine'], port: number]>> = {
  'postgres:': ['postgres', 5432],
  'postgresql:': ['postgres', 5432],
  'mysql:': ['mysql', 3306],
  'mariadb:': ['mysql', 3306],
  'redis:': ['redis', 6379],
  'rediss:': ['redis', 6379],
}

const FORM =
  'must be postgres://user:password@host/database, the same with mysql:// or mariadb://, or redis://host'

const MODES = ['disable', 'require', 'verify-full'] as const

/**
 * Reads the address of a database. `sslmode` means the same for all of them as for libpq: `require` encrypts,
 * `verify-full` checks the certificate and the name, too; with `rediss://` it is `verify-full` unless given.
 *
 * @throws Error with what is wrong, without the address: a password is in it
 */
export function parseDatabaseUrl(text: string): DatabaseAccess {
  const url = URL.parse(text)
  const [engine, port] = SCHEMES[url?.protocol ?? ''] ?? []
  if (url === null || engine === undefined || port === undefined)
    throw new Error(
      `is no address of a database; ${FORM}. In a password, write %40 for @, %2F for /, %23 for #`,
    )
  if (url.hash !== '') throw new Error('has a # in it; in a password, write it as %23')
  if (url.hostname === '') throw new Error(`names no host; ${FORM}`)
  const [user, password] = [decoded(url.username), decoded(url.password)]
  const database = decoded(url.pathname.slice(1))
  if (engine !== 'redis' && user === '') throw new Error(`names no user; ${FORM}`)
  if (engine !== 'redis' && database === '') throw new Error(`names no database; ${FORM}`)
  if (engine === 'redis' && !/^\d{0,4}$/.test(database))
    throw new Error('names a Redis database that is no number, such as redis://host/0')
  return {
    ...{ engine, user, password, database: database || '0' },
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? port : Number(url.port),
    tls: readTls(url),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('has a % that begins no character; write it as %25')
  }
}

function readTls({ protocol, hostname, searchParams }: URL): DatabaseTls | undefined {
  for (const name of searchParams.keys())
    if (name !== 'sslmode' && name !== 'sslrootcert')
      throw new Error(
        `has an option "${name}" that there is not${suggestion(name, ['sslmode', 'sslrootcert'])}`,
      )
  const given = searchParams.get('sslmode') ?? (protocol === 'rediss:' ? 'verify-full' : 'disable')
  const mode = MODES.find((one) => one === given)
  if (mode === undefined) throw new Error(`has an sslmode that is none of ${MODES.join(', ')}`)
  const ca = searchParams.get('sslrootcert') ?? undefined
  if (mode !== 'verify-full' && ca !== undefined)
    throw new Error('has an sslrootcert, which counts only with sslmode=verify-full')
  // mysql2 would check the certificate for the name "localhost".
  if (
    mode === 'verify-full' &&
    /^(mysql|mariadb):/.test(protocol) &&
    isIP(hostname.replace(/[[\]]/g, '')) > 0
  )
    throw new Error('has sslmode=verify-full with an address; give the name that is in the certificate')
  return mode === 'disable' ? undefined : { verify: mode === 'verify-full', ca }
}
