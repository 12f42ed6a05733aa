/** What Doorman itself needs besides the PBX: a process that runs, its sources, its database, its fleet. */
import { rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { loadCopies, namedCalendars } from '../calendars/calendars.js'
import { Databases } from '../databases/databases.js'
import type { Exchange } from '../fleet/exchange.js'
import { type CalendarCopy, calendarName, endsSoon } from '../hours/calendar.js'
import { askHttp, fillHeaders, HttpError } from '../lib/http-client.js'
import { listed } from '../lib/text.js'
import { age, counted, DAY_MS } from '../lib/units.js'
import { within } from '../lib/waiting.js'

import { type Lookup, sourceOf } from '../routing/outside-data.js'
import { isLoopback, type Settings, whyNoConsole } from '../settings/index.js'

import { StoreReader } from '../store/store.js'

import { type Ari, check, fault, info, ok, type Result, type Subject, sentence, warning } from './check.js'
import { SAMPLE_SECRET } from './file-checks.js'

export const SETTINGS = check('settings', [], async ({ settings }) => {
  const found: Result[] = []
  const secrets = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET', 'DOORMAN_AMI_ADMIN_SECRET'] as const
  const samples = secrets.filter((name) => settings[name] === SAMPLE_SECRET)
  if (samples.length > 0) {
    const says = `${listed(samples)}: still the secret of the sample files, which is public.`
    found.push(warning(says, 'Make one of your own (openssl rand -hex 24), here and on the PBX.'))
  }
  const { DOORMAN_ARI_URL: url, DOORMAN_AMI_HOST: host } = settings
  if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
    const says = `ARI is at ${url}: its password goes over the network in the clear.`
    found.push(warning(says, 'Put TLS in front (https:// in DOORMAN_ARI_URL), or use a tunnel.'))
  }
  if (!isLoopback(host)) {
    const says = `AMI is at ${host}: its secret goes over the network in the clear.`
    found.push(warning(says, 'Run Doorman on the machine of the PBX, or use a tunnel.'))
  }
  const noConsole = whyNoConsole(settings)
  if (noConsole !== undefined)
    found.push(warning(noConsole, 'Or listen on loopback, and tunnel to it by SSH.'))
  return found.length > 0 ? found : ok('All settings can be used.')
})

export const FLOW_FILES = check('flow files', [], async ({ settings, flows, instance }) => {
  const folder = settings.DOORMAN_FLOWS
  if (flows instanceof Error) {
    const problems = flows.message.split('\n')
    const says = `${folder}: ${counted(problems.length, 'problem')}. ${sentence(problems[0] ?? '')}`
    const goesOn = instance.state === 'answers' ? ` Revision ${instance.revision} goes on deciding.` : ''
    return fault(says + goesOn, 'Run  doorman check  and correct what it names.')
  }
  const { size } = flows.revision.routing.flows
  return ok(`${folder}: revision ${flows.revision.id}, ${counted(size, 'flow')}.`)
})

const START = 'Start it (systemctl start doorman, or  doorman run), and see its log if it does not stay.'

const RESTART = 'Restart it (systemctl restart doorman), and see its log.'

/** Whether a Doorman runs, answers, can continue calls, and decides with the flow files as they are. */
export const INSTANCE = check('instance', [], async (subject) => {
  const { instance, settings } = subject
  switch (instance.state) {
    case 'hidden': {
      const says = `This user may not read ${settings.DOORMAN_DATA}, so whether Doorman runs was not checked.`
      return info(says, 'Run doctor as root.')
    }
    case 'none':
      return withoutAddress(subject)
    case 'silent':
      return fault(`${sentence(instance.says)} Calls take the fallback.`, RESTART)
    case 'answers':
      return [instance.ready ? revisionOf(instance, subject) : notReady(instance), ...oldSettings(instance)]
  }
})

/** No control address: no Doorman runs, or one with another data folder. */
async function withoutAddress({ ari, settings }: Subject): Promise<Result> {
  const { DOORMAN_APP: application, DOORMAN_DATA: folder } = settings
  if (ari instanceof Error || !(await isRegistered(ari, application)))
    return fault(`No Doorman runs with the data folder ${folder}: calls take the fallback.`, START)
  return warning(
    `The ARI application "${application}" is registered, but not by a Doorman with the data folder ${folder}.`,
    'Check DOORMAN_DATA. If another program uses this name, give one of them another DOORMAN_APP.',
  )
}

async function isRegistered(ari: Ari, application: string): Promise<boolean> {
  const { status } = await ari.ask('GET', `applications/${encodeURIComponent(application)}`)
  if (status !== 200 && status !== 404) throw new Error(`ARI answered ${status}`)
  return status === 200
}

type Answer = Extract<Subject['instance'], { state: 'answers' }>

function notReady({ pid, problems }: Answer): Result {
  const why =
    problems.length > 0 ? problems.map(sentence).join(' ') : 'It is not connected to the PBX, or stopping.'
  return fault(
    `Doorman (process ${pid}) runs and cannot route calls. ${why}`,
    'See its log, and the checks of ARI and AMI.',
  )
}

function oldSettings({ hasOldSettings }: Answer): readonly Result[] {
  const says = 'The settings file has changed since Doorman started, and it reads it only then.'
  const remedy = 'systemctl restart doorman;  calls take the fallback for one to three seconds.'
  return hasOldSettings ? [warning(says, remedy)] : []
}

function revisionOf({ pid, revision, problems }: Answer, { flows, settings }: Subject): Result {
  const running = `Doorman runs (process ${pid})`
  if (problems.length > 0) return warning(`${running}. ${problems.map(sentence).join(' ')}`, 'See its log.')
  if (flows instanceof Error || flows.revision.id === revision)
    return ok(`${running}, is connected, and decides by revision ${revision}.`)
  const says = `${running} and decides by revision ${revision}; the files in ${settings.DOORMAN_FLOWS} are ${flows.revision.id}.`
  // Files of its own would set this PBX apart from the others.
  if (settings.DOORMAN_FLEET !== undefined)
    return info(says, 'In a fleet the publisher gives the files:  doorman fleet status  shows which.')
  return warning(
    says,
    'doorman revisions  says why (a rollback, or files that were refused);  doorman reload  loads the files.',
  )
}

/** The tables of the running Doorman, and what it met when it last loaded them. */
export const TABLES = check('tables', [], async ({ instance }) => {
  if (instance.state !== 'answers') return []
  const { tables } = instance
  const failing = tables.filter(({ error }) => error !== null)
  if (failing.length === 0)
    return ok(`Loaded: ${listed(tables.map(({ name }) => name)) || 'there are none'}.`)
  return failing.map(({ name, error, loadedAt }) => {
    const remedy =
      'It is loaded again by itself. Check the source, and DOORMAN_DATABASE_… or DOORMAN_SECRET_….'
    if (loadedAt === null)
      return fault(`Table ${name} was never loaded, so conditions on it are unknown: ${error}.`, remedy)
    return warning(`Table ${name} is as it was ${age(loadedAt)} ago: ${error}.`, remedy)
  })
})

const SEE_LOG = 'See the log of Doorman for the reason, and whether this machine reaches the URL.'

/** Whether the calendars that hours name by URL were loaded, are fresh, and go on for some time. */
export const CALENDARS = check('calendars', ['flows'], async ({ flows, settings, instance }) => {
  const hours = [...flows.revision.routing.hours.values()]
  const named = instance.state === 'hidden' ? [] : [...namedCalendars(hours)]
  const copies = await loadCopies(settings.DOORMAN_DATA, named)
  const states = named.flatMap(([url, { maxAge }]) => copyState(url, copies.get(url), maxAge))
  const files = hours.flatMap(({ calendars }) =>
    calendars.flatMap(({ location, calendar }) => {
      const ends = calendar && endsSoon(calendar, Date.now())
      return ends === undefined ? [] : [warning(`${location} ${ends}.`, 'doorman hours  shows the days.')]
    }),
  )
  const found = [...states, ...files]
  return found.length > 0 ? found : ok(`${counted(named.length, 'calendar')} from elsewhere.`)
})

function copyState(url: string, copy: CalendarCopy | undefined, maxAge: number): readonly Result[] {
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
    if (!(error instanceof HttpError) || error.status === undefined) throw error
  })
}

/** Callers' numbers are personal data. A Doorman that runs deletes what is too old. */
export const RETENTION = check('recorded calls', [], async ({ settings }) => {
  const { DOORMAN_DATA: folder, DOORMAN_KEEP_CALLS: days } = settings
  const oldest = await new StoreReader(folder).oldestCall()
  if (oldest === undefined) return ok('No calls are recorded.')
  const age = Math.floor((Date.now() - oldest) / DAY_MS)
  const shown = `The oldest recorded call is ${counted(age, 'day')} old`
  if (age <= days) return ok(`${shown}; calls are kept for ${days}.`)
  const remedy = 'A running Doorman deletes such calls within minutes: start it, or delete the data folder.'
  return warning(`${shown}, though DOORMAN_KEEP_CALLS=${days}.`, remedy)
})

const REACH_MS = 6_000
const OTHER_KEY =
  'Copy DOORMAN_FLEET_KEY from fleet.env again; if it is right, somebody else writes to the exchange.'

/** Whether the exchange of the fleet is reached as this PBX, takes its values, and has orders of the publisher it knows. */
export const FLEET = check('fleet', [], async ({ settings }) => {
  const { DOORMAN_FLEET: address, DOORMAN_FLEET_NAME: name = '', DOORMAN_FLEET_KEY: key = '' } = settings
  if (address === undefined) return []
  const [{ openExchange }, { lastPart, list }, { readOrder }] = await Promise.all([
    import('../fleet/open-exchange.js'),
    import('../fleet/exchange.js'),
    import('../fleet/orders.js'),
  ])
  const { DOORMAN_FLEET_SEED: seed, DOORMAN_FLEET_CA: ca } = settings
  const exchange = await openExchange({ address, name, seed, ca })
  try {
    const orders = await within(REACH_MS, address, list(exchange, 'orders/'))
    await tryToWrite(exchange, address, name)
    const refused = [...orders].flatMap(([at, order]) => {
      try {
        readOrder('revision', order, key, 0)
        return []
      } catch (error) {
        return warning(`${at} is not taken: ${sentence((error as Error).message)}`, OTHER_KEY)
      }
    })
    if (refused.length > 0) return refused
    const rings = [...orders.keys()].map(lastPart)
    const pushed = rings.length === 0 ? 'nothing was pushed yet' : `pushed to ring ${rings.join(', ')}`
    return ok(`${name} reaches ${address}; ${pushed}.`)
  } catch (error) {
    const why = exchange.problem || (error as Error).message
    const says = `${name} does not reach ${address}: ${sentence(why)} It decides by what it has.`
    return fault(
      says,
      'Check the settings of fleet.env, the leaf node and the hub (systemctl status nats-server), or that the folder is mounted and can be written.',
    )
  } finally {
    await exchange.stop()
  }
})

/** No PBX reads what is written here: it is no memory of a caller. */
async function tryToWrite(exchange: Exchange, address: string, name: string): Promise<void> {
  const key = `memory/${name}/doctor` as const
  try {
    await exchange.put(key, 'doctor')
    await exchange.put(key, '')
  } finally {
    // Folders of this user could keep Doorman out; those that are in use stay.
    const made = address.startsWith('/') ? [dirname(key), 'memory'] : []
    for (const folder of made) await rmdir(join(address, folder)).catch(() => undefined)
  }
}
