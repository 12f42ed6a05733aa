import { parseDuration } from './duration.js'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** How long `at` is before `now` in the largest unit of which it is one or more: `5 s`, `2 min`, `3 h`, `12 d`. */
export function age(at: Date, now: Date): string {
  const ms = Math.max(0, now.getTime() - at.getTime())
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? UNITS[3]
  return `${Math.floor(ms / length)} ${unit}`
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
