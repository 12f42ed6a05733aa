import { readFile } from 'node:fs/promises'
import type { DatabaseAccess } from '../lib/database-url.js'
import { within } from '../lib/waiting.js'

/** A query that cannot be made, or was not answered. The message has no password in it. */
export class DatabaseError extends Error {
  constructor(
    /** `late`: no answer within the deadline; `setup`: what it needs is missing; `failed`: the rest. */
    readonly kind: 'late' | 'setup' | 'failed',
    message: string,
  ) {
    super(message)
    this.name = 'DatabaseError'
  }
}

/** Loads a driver, which is an optional peer dependency. */
export async function driver<Driver>(load: () => Promise<Driver>, name: string): Promise<Driver> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new DatabaseError('setup', `The driver ${name} is not installed: ${installRemedy(name)}.`)
  }
}

/** What to do about an optional peer dependency that is missing. */
export function installRemedy(name: string): string {
  return `run  npm install ${name}  where asterisk-doorman is installed (with --global if that is)`
}

/** What the drivers pass to Node's TLS. */
export async function tlsOptions({ host, tls }: DatabaseAccess) {
  if (tls === undefined) return undefined
  const ca = tls.ca === undefined ? {} : { ca: await readFile(tls.ca) }
  return { rejectUnauthorized: tls.verify, host, ...ca }
}

/** Settles as `work` does, at the latest after so many milliseconds; every error is a DatabaseError. */
export async function answered<T>(work: Promise<T>, ms: number, access: DatabaseAccess): Promise<T> {
  const where = `${access.host}:${access.port}`
  try {
    return await within(ms, where, work)
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    const { name, message, code } = error as NodeJS.ErrnoException
    if (name === 'TimeoutError') throw new DatabaseError('late', message)
    // Of a host with several addresses Node has no message, but a code.
    throw new DatabaseError('failed', `${where}: ${message || code || 'failed'}`)
  }
}
