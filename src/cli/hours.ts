import { InvalidArgumentError, Option } from 'commander'
import { calendarName } from '../hours/calendar.js'
import {
  type Copies,
  daysFrom,
  describeDay,
  describeInstant,
  describeState,
  type Hours,
  type HoursCalendar,
  hoursJson,
  nextChange,
  stateAt,
} from '../hours/hours.js'
import { DAYS } from '../hours/opening-hours.js'
import { formatDate, weekdayOf } from '../hours/wall-clock.js'
import { suggestion } from '../lib/text.js'
import { age } from '../lib/units.js'
import { hoursWith } from '../routing/outside-data.js'
import { type DoormanCommand, printResult, Refusal, withRevision } from './command.js'
import { storedOutside } from './stored.js'

interface Options {
  /** In days. */
  readonly next: number
  readonly json?: true
}

export function addHours(program: DoormanCommand): void {
  program
    .command('hours')
    .argument('[name]', 'only these hours')
    .description('say what callers meet: whether hours are open now, and on each of the next days')
    .addOption(
      new Option('--next <time>', 'how many days or weeks, as 10d or 8w')
        .argParser(parseDays)
        .default(14, '2w'),
    )
    .takes('flows', 'json')
    .does('files', async (settings, options: Options, name: string | undefined) => {
      const folder = settings.DOORMAN_FLOWS
      const [all, outside] = await withRevision(folder, async (revision) => [
        revision.routing.hours,
        await storedOutside(settings, revision),
      ])
      if (name !== undefined && !all.has(name))
        throw new Refusal('usage', `There are no hours "${name}" in ${folder}${suggestion(name, all.keys())}`)
      const now = Date.now()
      const shown = [...all.values()]
        .filter((hours) => name === undefined || hours.name === name)
        .map((hours) => hoursWith(outside, hours))
      const none = `There are no hours in ${folder}; write them under "hours" in routing.yaml.`
      const text =
        shown.map((hours) => hoursText(hours, now, options.next, outside.calendars)).join('\n\n') || none
      const json = shown.map((hours) => hoursJson(hours, now, options.next, outside.calendars))
      printResult(options, { hours: json }, text)
    })
}

function parseDays(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,2})(d|w)$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Write it as 10d or 8w.')
  return Number(count) * (unit === 'w' ? 7 : 1)
}

/** `closed by holidays.csv up to 2026-12-26`; of a URL with the age of its copy. */
function calendarLine({ location, refresh, calendar }: HoursCalendar, now: number, copies: Copies): string {
  const name = calendarName(location)
  if (calendar === undefined) return `closed by ${name}, which was never loaded`
  const checked = copies.get(location)?.checked
  const copy = refresh === undefined || checked === undefined ? '' : ` (copy of ${age(checked, now)} ago)`
  return `closed by ${name}${copy}${calendar.last === undefined ? '' : `, up to ${formatDate(calendar.last)}`}`
}

/**
 * Open or closed, the next change, the calendars, and a line a day.
 * @param next how many days, today included
 */
export function hoursText(hours: Hours, now: number, next: number, copies: Copies = new Map()): string {
  const state = stateAt(hours, now)
  const change = nextChange(hours, now)
  const when = change === undefined ? 'not within two years' : describeInstant(hours, change, now)
  const days = daysFrom(hours, now, next).map(
    (day) => `  ${DAYS[weekdayOf(day)]} ${formatDate(day)}  ${describeDay(hours, day)}`,
  )
  const calendars = hours.calendars.map((one) => `  ${calendarLine(one, now, copies)}`)
  const verb = state.open === false ? 'opens' : 'closes'
  return [`${describeState(hours, state)}; ${verb} ${when} (${hours.zone})`, ...calendars, ...days].join('\n')
}
