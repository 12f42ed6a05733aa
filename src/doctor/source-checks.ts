import { loadCopies, namedCalendars } from '../calendars/calendars.js'
import { Databases } from '../databases/databases.js'
import { type CalendarCopy, calendarName, endsSoon } from '../hours/calendar.js'
import { askHttp, fillHeaders, HttpError } from '../lib/http-client.js'
import { age, counted } from '../lib/units.js'
import { type Lookup, sourceOf } from '../routing/outside-data.js'
import type { Settings } from '../settings/index.js'
import { check, fault, ok, type Result, sentence, warning } from './check.js'

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
  const old = age(copy.checked)
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

const MS = 3_000

/** Whether the sources of lookups can be reached from here. None is asked about a caller. */
export const LOOKUPS = check('lookups', ['flows'], async ({ flows, settings }) => {
  const databases = new Databases(settings.databases)
  const lookups = [...flows.revision.routing.lookups.values()]
  const results = await Promise.all(lookups.map((lookup) => reach(lookup, databases, settings)))
  await databases.stop()
  return results
})

async function reach(lookup: Lookup, databases: Databases, { secrets }: Settings): Promise<Result> {
  const { name, kind, database, headers } = lookup
  const source = sourceOf(lookup)
  try {
    fillHeaders(headers, secrets)
    if (kind === 'sql') await databases.sql(database).query('SELECT 1', new Map(), MS)
    else if (kind === 'redis') await databases.redis(database).ask(MS, (client) => client.type(name))
    else await reachServer(new URL(lookup.text.pieces[0] ?? '').origin)
    return ok(`${name}: ${source} can be reached.`)
  } catch (error) {
    const says = `${name}: ${sentence((error as Error).message)} Calls are decided without its answers.`
    return warning(says, `Check ${source} and the settings that lead to it.`)
  }
}

/** Whatever it answers: only the lookup's own path has to be there. */
async function reachServer(origin: string): Promise<void> {
  await askHttp(new URL(origin), { ms: MS, maxBytes: 65_536 }).catch((error: unknown) => {
    if (!(error instanceof HttpError) || (error.fault !== 'status' && error.fault !== 'too_large'))
      throw error
  })
}
