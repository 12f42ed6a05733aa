/** Why the database cannot be used. */
export type StoreFault =
  /** Another process writes to this data folder. */
  | 'in_use'
  /** A newer version of Doorman has migrated the database. */
  | 'newer'
  /** The content is not what SQLite or Doorman wrote. */
  | 'damaged'
  /** What was asked for is not there. */
  | 'missing'
  /** The disk is full or read-only, access is denied, another process holds a lock, the thread died. */
  | 'unavailable'

export class StoreError extends Error {
  override readonly name = 'StoreError'

  constructor(
    readonly fault: StoreFault,
    message: string,
  ) {
    super(message)
  }
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE = {
  ...{ busy: 5, readonly: 8, ioerr: 10, corrupt: 11, full: 13, cantopen: 14, constraint: 19, notadb: 26 },
} as const

const REASONS: readonly (readonly [codes: readonly (string | number)[], reason: string])[] = [
  [[SQLITE.busy], 'another process has locked it. End that process, for example an open sqlite3 shell.'],
  [[SQLITE.readonly], 'it is read-only for this user. Give the folder of DOORMAN_DATA to that user.'],
  [[SQLITE.ioerr], 'the disk failed. Check it, or set DOORMAN_DATA to another one.'],
  [[SQLITE.full, 'ENOSPC'], 'the disk is full. Free some space, or set DOORMAN_DATA to a larger disk.'],
  [[SQLITE.cantopen], 'it cannot be opened by this user. Give the folder of DOORMAN_DATA to that user.'],
  [['EACCES', 'EPERM'], 'this user may not access it. Give the folder of DOORMAN_DATA to that user.'],
  [['EROFS'], 'the file system is read-only. Set DOORMAN_DATA to a folder that can be written.'],
  [['ENOTDIR', 'EEXIST'], 'a file is where the folder should be. Move it away.'],
  [['EISDIR'], 'a folder is where the file should be. Move it away.'],
]

/** A `StoreError` for whatever SQLite or the file system answered about `path`. */
export function storeError(path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = codeOf(cause)
  if (code === SQLITE.corrupt || code === SQLITE.notadb) {
    return new StoreError('damaged', `${path} is damaged: ${errorMessage(cause)}.`)
  }
  const [, reason] = REASONS.find(([codes]) => codes.includes(code)) ?? []
  const why = reason ?? `${errorMessage(cause)}. Check the folder of DOORMAN_DATA.`
  return new StoreError('unavailable', `Doorman cannot use ${path}: ${why}`)
}

/** The primary code of an SQLite error, the name of a file system's (`ENOENT`), or ''. */
function codeOf(error: unknown): string | number {
  if (typeof error !== 'object' || error === null) return ''
  // An extended result code holds the primary one in its lowest byte.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}

export function isBusy(error: unknown): boolean {
  return codeOf(error) === SQLITE.busy
}

/** Whether one entry was refused, and the others can be written: it breaks a constraint, or SQLite never saw it. */
export function isOfEntry(error: unknown): boolean {
  const code = codeOf(error)
  return code === SQLITE.constraint || typeof code === 'string'
}

function errorMessage(cause: unknown): string {
  // Errors of Node's own modules are not `instanceof Error` under jest.
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? String(cause.message)
    : String(cause)
}
