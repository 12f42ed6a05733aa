import { loadCopies, namedCalendars } from '../calendars/stored-calendar.js'
import { type CalendarCopy, calendarName, endsSoon } from '../hours/calendar.js'
import { counted } from '../lib/counted.js'
import { age } from '../lib/time-text.js'
import { check, fault, ok, type Result, warning } from './check.js'

const SEE_LOG = 'See the log of Doorman for the reason, and whether this machine reaches the URL.'

/** Whether the calendars that hours name by URL were loaded, are fresh, and go on for some time. */
export const CALENDARS = check('calendars', ['flows'], async ({ flows, settings, instance }) => {
  const hours = [...flows.revision.routing.hours.values()]
  const named = instance.state === 'hidden' ? [] : [...namedCalendars(hours)]
  const copies = await loadCopies(settings.DOORMAN_DATA, named)
  const states = named.flatMap(([url, { maxAge }]) => stateOf(url, copies.get(url), maxAge))
  const files = hours.flatMap(({ calendars }) =>
    calendars.flatMap(({ location, calendar }) => {
      const ends = calendar && endsSoon(calendar, Date.now())
      return ends === undefined ? [] : [warning(`${location} ${ends}.`, 'doorman hours  shows the days.')]
    }),
  )
  const found = [...states, ...files]
  return found.length > 0 ? found : ok(`${counted(named.length, 'calendar')} from elsewhere.`)
})

function stateOf(url: string, copy: CalendarCopy | undefined, maxAge: number): readonly Result[] {
  const name = calendarName(url)
  if (copy === undefined) {
    const says = `The calendar ${name} was never loaded: whether the hours that name it are open is not known.`
    return [fault(says, SEE_LOG)]
  }
  const old = age(new Date(copy.checked), new Date())
  const isStale = Date.now() - copy.checked > maxAge
  const stale = fault(
    `The copy of the calendar ${name} is ${old} old, more than its max_age; it goes on to decide.`,
    SEE_LOG,
  )
  const ends = [...copy.inZone.values()].map((calendar) => endsSoon(calendar, Date.now()))[0]
  return [
    ...(isStale ? [stale] : []),
    ...(ends === undefined
      ? []
      : [warning(`The calendar ${name} ${ends}.`, 'doorman hours  shows the days.')]),
  ]
}
