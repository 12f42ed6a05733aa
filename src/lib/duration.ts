const UNITS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['min', 60_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
])

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
