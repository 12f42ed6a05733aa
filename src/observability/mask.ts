/**
 * Seven digits or more of any script, with whatever few marks people write between them: `(555) 123-4567`,
 * `555/123/4567`, also invisible ones, which a caller may put in to get past this. A list (`2000, 3000`) and a host
 * behind its `@` are no part of a number.
 */
const NUMBER = /\+?\p{Nd}(?:(?:[^\p{L}\p{Nd}\n,@]|,(?! )){0,3}\p{Nd}){6,}/gu

/** Fields of a line whose digits are no phone number, and without which a line cannot be found again. */
const NEVER_MASKED = new Set(['event', 'at', 'call', 'revision', 'ms', 'outcome'])

/** Replaces all but the first two and the last two digits of every phone number in a text. */
export function maskText(text: string): string {
  return text.replace(NUMBER, maskNumber)
}

function maskNumber(number: string): string {
  const digits = [...number.matchAll(/\p{Nd}/gu)].map(([digit]) => digit)
  const plus = number.startsWith('+') ? '+' : ''
  return [plus, ...digits.slice(0, 2), '*'.repeat(digits.length - 4), ...digits.slice(-2)].join('')
}

/** The same for every text, number and key of a line, whatever its depth. */
export function maskNumbers(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, maskField(key, value, fields)]),
  )
}

function maskField(key: string, value: unknown, line: Readonly<Record<string, unknown>>): unknown {
  if (NEVER_MASKED.has(key)) return value
  return key === 'sipCallId' && typeof value === 'string' ? maskCallId(value, line) : masked(value)
}

/**
 * A Call-ID is how a call is found on the wire, and its digits are mostly random. Where they hold the caller's or
 * the callee's number, as those of some phones do, or are written as a number with its `+`, they are masked like it.
 */
function maskCallId(callId: string, { callerNumber, calleeNumber }: Readonly<Record<string, unknown>>) {
  const ends = [callerNumber, calleeNumber].map(lastDigits).filter((end) => end !== '')
  return callId.replace(NUMBER, (run) => {
    const digits = run.replace(/\P{Nd}/gu, '')
    // No honest Call-ID has other digits than ASCII's (RFC 3261 §25.1), and these cannot be compared.
    const isNumber = run.startsWith('+') || /[^0-9]/.test(digits) || ends.some((end) => digits.includes(end))
    return isNumber ? maskNumber(run) : run
  })
}

/** The digits that a number has with and without its country code. */
function lastDigits(number: unknown): string {
  const digits = typeof number === 'string' ? number.replace(/\P{Nd}/gu, '') : ''
  return digits.length < 7 ? '' : digits.slice(-7)
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value === 'number' || typeof value === 'bigint') return maskedDigits(value)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [maskText(key), masked(one)]))
}

/** A code flow may well log a number as a number. */
function maskedDigits(value: number | bigint): unknown {
  const text = String(value)
  const left = maskText(text)
  return left === text ? value : left
}
