/**
 * Seven digits or more of any script with up to three marks between two of them: `(555) 123-4567`, `555/123/4567`, and
 * invisible marks, which a caller may insert to avoid masking. A list (`2000, 3000`) or a host after an `@` is not part
 * of a number.
 */
const NUMBER = /\+?\p{Nd}(?:(?:[^\p{L}\p{Nd}\n,@]|,(?! )){0,3}\p{Nd}){6,}/gu

const CLOCK = String.raw`(?:[01]\d|2[0-4]):[0-5]\d`
const DATE = String.raw`(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`
/** `2026-12-24`, `2026-12-24 18:00`, `2026-12-24T18:00:00.000Z` and `08:00-18:00`; before them no other digits. */
const TIME = String.raw`(?<![+\p{Nd}])(?:${DATE}(?:[T ]${CLOCK}(?::[0-5]\d(?:\.\d{3})?)?)?|${CLOCK}[-–]${CLOCK})(?!\p{Nd})`
const TIME_OR_NUMBER = new RegExp(`(${TIME})|${NUMBER.source}`, 'gu')

/** Fields whose digits are not a phone number, and by which a line is found. */
const NEVER_MASKED = new Set(['event', 'at', 'call', 'sipCallId', 'revision', 'ms', 'outcome'])

/** Fields whose digits are an id, a time or a count, wherever they stand in an answer of the control server. */
const KEPT_IN_ANSWERS = new Set([
  ...[...NEVER_MASKED, 'id', 'current', 'version', 'examples', 'since', 'until'],
  ...['slowest', 'stages', 'rows', 'everyMs'],
])
/** Below them callers and flow files choose the keys, so that a phone number may stand under each. */
const KEYS_OF_OTHERS = new Set(['state', 'headers', 'lookups', 'memory', 'outside'])
const NONE: ReadonlySet<string> = new Set()

/** Replaces all but the first two and the last two digits of every phone number in a text. */
export function maskText(text: string): string {
  return text.replace(TIME_OR_NUMBER, (found, time) => (time === undefined ? maskNumber(found) : found))
}

function maskNumber(number: string): string {
  const digits = [...number.matchAll(/\p{Nd}/gu)].map(([digit]) => digit)
  const plus = number.startsWith('+') ? '+' : ''
  return [plus, ...digits.slice(0, 2), '*'.repeat(digits.length - 4), ...digits.slice(-2)].join('')
}

/** The same for every text, number and key of a line, at any depth. */
export function maskNumbers(line: Fields): Record<string, unknown> {
  return maskFields(line, NEVER_MASKED, NONE)
}

/** The same for an answer of the control server, which has ids and times at any depth. */
export function maskAnswer(answer: Fields): Record<string, unknown> {
  return maskFields(answer, KEPT_IN_ANSWERS, KEPT_IN_ANSWERS)
}

type Fields = Readonly<Record<string, unknown>>

function maskFields(fields: Fields, kept: ReadonlySet<string>, keptBelow: ReadonlySet<string>) {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (!kept.has(key)) return [maskText(key), masked(value, KEYS_OF_OTHERS.has(key) ? NONE : keptBelow)]
      return [key, key === 'sipCallId' && typeof value === 'string' ? maskCallId(value, fields) : value]
    }),
  )
}

/**
 * A call is found on the wire by its Call-ID, whose digits are mostly random. Runs of digits that hold the caller's or
 * the callee's number (some phones send that), or that begin with `+`, are masked.
 */
function maskCallId(callId: string, { callerNumber, calleeNumber }: Fields) {
  const ends = [callerNumber, calleeNumber].map(lastDigits).filter((end) => end !== '')
  return callId.replace(NUMBER, (run) => {
    const digits = run.replace(/\P{Nd}/gu, '')
    // A valid Call-ID has ASCII digits only (RFC 3261 §25.1); others cannot be compared.
    const isNumber = run.startsWith('+') || /[^0-9]/.test(digits) || ends.some((end) => digits.includes(end))
    return isNumber ? maskNumber(run) : run
  })
}

/** The last seven digits, which a number has with and without its country code. */
function lastDigits(number: unknown): string {
  const digits = typeof number === 'string' ? number.replace(/\P{Nd}/gu, '') : ''
  return digits.length < 7 ? '' : digits.slice(-7)
}

function masked(value: unknown, kept: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'number' || typeof value === 'bigint') return maskedDigits(value)
  if (Array.isArray(value)) return value.map((one) => masked(one, kept))
  if (typeof value !== 'object' || value === null) return value
  return maskFields(value as Fields, kept, kept)
}

/** A code flow may log a phone number as a JavaScript number. */
function maskedDigits(value: number | bigint): unknown {
  const text = String(value)
  const left = maskText(text)
  return left === text ? value : left
}
