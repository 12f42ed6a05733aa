/** What Doorman keeps could not be written or read; the message says what, where and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/** A `StoreError` for whatever the file system answered while it did `what`, such as "write". */
export function storeError(what: string, path: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  return new StoreError(`Doorman cannot ${what} ${path}: ${reasonOf(cause)}`, { cause })
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  return REASONS[code] ?? `the file system says ${code || String(cause)}. Check the folder of DOORMAN_DATA.`
}

/** `ENOENT` and the like; empty where the error is none of the file system's. */
export function codeOf(error: unknown): string {
  const has = typeof error === 'object' && error !== null && 'code' in error
  return has && typeof error.code === 'string' ? error.code : ''
}

const FULL = 'there is no space left. Make room, or point DOORMAN_DATA at a larger disk.'
const FORBIDDEN = 'the user that runs Doorman may not. Give the folder of DOORMAN_DATA to that user.'
const IN_THE_WAY = 'something is in the way that is no folder, or is there already. Move it aside.'

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  EROFS: 'the file system is read-only. Point DOORMAN_DATA at a folder that can be written.',
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  EISDIR: 'a folder is where a file should be. Move it aside.',
  ENOENT: 'it is not there.',
}
