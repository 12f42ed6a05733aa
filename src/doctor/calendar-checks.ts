import { copyOf, loadCalendar, namedCalendars } from '../calendars/stored-calendar.js'
import { calendarName, endsSoon } from '../hours/calendar.js'
import { counted } from '../lib/counted.js'
import { age } from '../lib/time-text.js'
import { check, fault, ok, type Result, warning } from './check.js'

/** Whether the calendars that hours name by URL were loaded, are fresh, and go on for some time. */
export const CALENDARS = check('calendars', ['flows'], async ({ flows, settings, instance }) => {
  const hours = [...flows.revision.routing.hours.values()]
  const named = instance.state === 'hidden' ? [] : [...namedCalendars(hours)]
  const states = named.map(([url, times]) => stateOf(settings.DOORMAN_DATA, url, times))
  const files = hours.flatMap(({ calendars }) =>
    calendars.flatMap(({ location, calendar }) => {
      const ends = calendar && endsSoon(calendar, Date.now())
      return ends === undefined ? [] : [warning(`${location} ${ends}.`, 'doorman hours  shows the days.')]
    }),
  )
  const found = [...(await Promise.all(states)).flat(), ...files]
  return found.length > 0 ? found : ok(`${counted(named.length, 'calendar')} from elsewhere.`)
})

async function stateOf(
  folder: string,
  url: string,
  { maxAge, zones }: { readonly maxAge: number; readonly zones: readonly string[] },
): Promise<readonly Result[]> {
  const name = calendarName(url)
  const stored = await loadCalendar(folder, url)
  const copy = stored && (await copyOf(stored, zones).catch(() => undefined))
  if (copy === undefined) {
    const says = `The calendar ${name} was never loaded: whether the hours that name it are open is not known.`
    return [fault(says, 'See the log of Doorman for the reason, and whether this machine reaches the URL.')]
  }
  const old = age(new Date(copy.checked), new Date())
  const isStale = Date.now() - copy.checked > maxAge
  const stale = fault(
    `The copy of the calendar ${name} is ${old} old, more than its max_age; it goes on to decide.`,
    'See the log of Doorman for the reason, and whether this machine reaches the URL.',
  )
  const ends = [...copy.inZone.values()].map((calendar) => endsSoon(calendar, Date.now()))[0]
  return [
    ...(isStale ? [stale] : []),
    ...(ends === undefined
      ? []
      : [warning(`The calendar ${name} ${ends}.`, 'doorman hours  shows the days.')]),
  ]
}
