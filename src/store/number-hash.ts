/** With masked numbers, records and memory hold a keyed hash in place of each number. */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifMissing, replaceFile } from '../lib/replace-file.js'
import { within } from '../lib/waiting.js'

/** A number → `@` and 15 letters, which no mask takes for a number and every shell leaves as they are. */
export type NumberHash = (number: string) => string

const FILE = 'number.key'
const KEY = /^[0-9a-f]{64}$/
const LETTERS = 15
/** A disk that hangs must not keep Doorman from starting. */
const KEY_MS = 2_000

/** By the key of a data folder; undefined where it has none yet. Rejects where the key cannot be read. */
export async function readNumberHash(folder: string): Promise<NumberHash | undefined> {
  const text = (await readFile(join(folder, FILE), 'utf8').catch(ifMissing(''))).trim()
  return KEY.test(text) ? hashBy(text) : undefined
}

/**
 * The same, and makes the key where there is none, for the user that runs Doorman alone. In a folder that cannot be used
 * the key is one that ends with the process.
 */
export async function openNumberHash(folder: string, failed: (why: string) => void): Promise<NumberHash> {
  const key = randomBytes(32).toString('hex')
  try {
    const known = await within(KEY_MS, 'the key of the numbers', readNumberHash(folder))
    if (known !== undefined) return known
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()]
    await replaceFile(join(folder, FILE), `${key}\n`, { uid, gid, mode: 0o600 })
  } catch (error) {
    failed(
      `The key of the numbers in ${folder} cannot be used: ${error}. Until the next start another one is.`,
    )
  }
  return hashBy(key)
}

/** Whether a text is a hash already. */
export function isNumberHash(text: string): boolean {
  return /^@[a-z]{15}$/.test(text)
}

function hashBy(key: string): NumberHash {
  return (number) => {
    const digest = createHmac('sha256', Buffer.from(key, 'hex')).update(number).digest()
    return `@${[...digest.subarray(0, LETTERS)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')}`
  }
}
