/** Seven digits or more, with the separators that people write between them: `(555) 123-4567`. */
const NUMBER = /\+?\d(?:[\s().-]{0,3}\d){6,}/g

/** Fields whose digits are no phone number, and without which a record cannot be found again. */
const NEVER_MASKED = new Set(['event', 'at', 'call', 'sipCallId', 'revision', 'ms', 'outcome'])

/** Replaces all but the first two and the last two digits of every phone number in a text. */
export function maskText(text: string): string {
  return text.replace(NUMBER, (number) => {
    const digits = number.replace(/\D/g, '')
    const plus = number.startsWith('+') ? '+' : ''
    return `${plus}${digits.slice(0, 2)}${'*'.repeat(digits.length - 4)}${digits.slice(-2)}`
  })
}

/** The same for every text in a record, whatever its depth. */
export function maskNumbers(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, NEVER_MASKED.has(key) ? value : masked(value)]),
  )
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value === 'object' && value !== null) return maskNumbers(value as Record<string, unknown>)
  return value
}
