export const DAY_MS = 86_400_000

/** Milliseconds. */
const UNITS = new Map(
  Object.entries({ ms: 1, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS }),
)

/** How a duration is written, for messages. */
export const DURATION_FORM = '150ms, 30s, 5m, 2h or 90d'

/** Milliseconds of `150ms`, `30s`, `5m` (or `5min`), `2h`, `90d` or `8w`; undefined where it is no such text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})\s*([a-z]+)$/.exec(text.trim()) ?? []
  const length = UNITS.get(unit)
  return length === undefined ? undefined : Number(count) * length
}

/** In the largest unit of which it is a whole number: `5m`. */
export function formatDuration(ms: number): string {
  const [unit, length] = [...UNITS].findLast(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  return `${ms / length}${unit}`
}

const AGE_UNITS = ['d', 'h', 'min', 's']

/** How long `at` is before `now` in the largest unit of which it is one or more: `5 s`, `2 min`, `3 h`, `12 d`. */
export function age(at: Date | number | string, now: Date | number = Date.now()): string {
  const ms = Math.max(0, Number(now) - new Date(at).getTime())
  const counts = AGE_UNITS.map((unit) => [Math.floor(ms / (UNITS.get(unit) ?? 1)), unit] as const)
  return (counts.find(([count]) => count > 0) ?? [0, 's']).join(' ')
}

/** Local time, as `2026-12-24 18:04:11`, which is how Swedish writes it. */
export function localTime(at: Date): string {
  return at.toLocaleString('sv')
}

/**
 * The instant so long before `now`, as `30min`, `2h` or `3d`, or an instant in ISO 8601.
 * @throws RangeError whose message says how to write it.
 */
export function parseSince(text: string, now: Date): Date {
  const ago = parseDuration(text)
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN)
  const since = ago === undefined ? instant : new Date(now.getTime() - ago)
  if (Number.isNaN(since.getTime()))
    throw new RangeError('Write it as 30min, 2h, 3d or 2026-12-24T18:00:00Z.')
  return since
}

/** `12,345` */
export function thousands(count: number): string {
  return count.toLocaleString('en-US')
}

/** `1 call`, `12,345 calls` */
export function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Reads a share such as `1%`, `0.5 %` or `0.01` into a number from 0 to 1. A plain `1` is refused: it could mean one
 * percent or all.
 * @throws RangeError whose message says how to write it.
 */
export function parseShare(text: string): number {
  const [, number = '', percent] = /^(\d{1,3}(?:\.\d+)?)\s*(%?)$/.exec(text.trim()) ?? []
  const isPlain = number === '0' || number.includes('.')
  const share = percent === '%' ? Number(number) / 100 : Number(number)
  if (number === '' || (percent === '' && !isPlain) || share > 1) {
    throw new RangeError(`"${text}" is no share of calls; write it as 1% or 0.01.`)
  }
  return share
}

/** `1.25%` */
export function formatShare(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`
}
