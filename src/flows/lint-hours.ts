import { isNeverOpen, nextOpening, stateAt } from '../hours/hours.js'
import { DAY, DAYS, formatTime, parseWeek, type Week } from '../hours/opening-hours.js'
import type { Routing } from '../routing/types.js'
import type { Diagnostics } from './problem.js'
import type { RoutingSource } from './schema.js'

/** Warns of hours that never open, and of times that have no effect or overlap those of the day before. */
export function lintHours(
  { hours: written = {} }: RoutingSource,
  { hours }: Pick<Routing, 'hours'>,
  diagnostics: Diagnostics,
): void {
  const now = Date.now()
  for (const one of hours.values()) {
    const path = ['hours', one.name]
    const why = isNeverOpen(one)
      ? 'is never open, unless an override opens it: it has no times'
      : 'does not open within two years'
    if (stateAt(one, now).open === false && nextOpening(one, now) === undefined)
      diagnostics.warning([...path, 'open'], 'flows.never_open', `"${one.name}" ${why}`)
    for (const message of [...withoutEffect(one.text), ...overlaps(one.open)])
      diagnostics.warning([...path, 'open'], 'flows.hours_times', message)
    for (const [at, { date, hours: times }] of (written[one.name]?.also_open ?? []).entries())
      if (times.trim() === 'off') {
        const message = `"off" opens nothing on ${date}; take this out, or name the day under "closed"`
        diagnostics.warning([...path, 'also_open', at, 'hours'], 'flows.hours_times', message)
      }
  }
}

/** Times whose days all get others later: who writes so wants both. */
function withoutEffect(text: string): readonly string[] {
  const week = JSON.stringify(parseWeek(text))
  const rules = text.split(';')
  return rules
    .filter((rule, at) => {
      const others = rules.toSpliced(at, 1).join(';')
      return !/\boff\b/i.test(rule) && rules.length > 1 && JSON.stringify(parseWeek(others)) === week
    })
    .map(
      (rule) =>
        `"${rule.trim()}" has no effect: other times replace it on its days; put all times of a day into one list, as in Mo-Fr 08:30-12:00,13:00-18:00`,
    )
}

function overlaps(week: Week): readonly string[] {
  return week.flatMap((times, day) => {
    const [last, next] = [times.at(-1), week[(day + 1) % 7]?.[0]]
    if (last === undefined || next === undefined || last.to - DAY <= next.from) return []
    const [name, following] = [DAYS[day], DAYS[(day + 1) % 7]]
    return `the times of ${name} go on until ${formatTime(last.to)} of ${following}, whose own begin at ${formatTime(next.from)}`
  })
}
