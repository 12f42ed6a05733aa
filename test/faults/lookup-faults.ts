import { Databases } from '../../src/databases/databases.js'
import { parseDatabaseUrl } from '../../src/lib/database-url.js'
import { startDatabase } from '../support/database-servers.js'
import { LookupServer, type Way } from '../support/lookup-server.js'
import { allRouted, broken, type Fault, hook } from './fault.js'
import type { Fixture } from './fixture.js'
import { FLOW_FILES, type Kind } from './flow-files.js'

const DEADLINE_MS = 150
/** What a timer is late on a machine that is busy with calls, mostly and at most. */
const LATE_MS = 20
const MOST_LATE_MS = 400
/** A breaker tries every five seconds. */
const RETRY_MS = 6_000
/** So many callers whose answers are not in memory. */
const CALLERS = 1_000

const numberOf = (at: number) => `+1555200${String(at).padStart(4, '0')}`

/** Callers about whom a lookup is asked, and who go the same way whatever it says. */
const ASKED: readonly Kind[] = Array.from({ length: CALLERS }, (_, at) => ({
  ...{ name: 'asked', flow: 'two', plan: { from: numberOf(at), to: '5557653333' } },
}))

/** A source of lookups that can go wrong. */
interface Source {
  /** The lookup's keys, without its times. */
  readonly lookup: string
  readonly settings?: Readonly<Record<string, string>>
  stop(): unknown
}

/** What happens to the sources of lookups. */
export const LOOKUP_FAULTS: readonly Fault[] = [
  server('slow', 'answers after 600 ms'),
  server('hanging', 'sends the headers of its answer and nothing more'),
  server('resetting', 'resets each connection'),
  server('failing', 'answers 500'),
  server('not JSON', 'answers with HTML'),
  server('too large', 'answers with 10 MB'),
  fault('lookup server killed', 'The web server of a lookup is gone for four seconds.', {
    open: openServer,
    breakIt: ({ http }) => http.stop(),
    mend: ({ http }) => http.restart(),
  }),
  fault('lookup name unknown', 'The DNS server that knows the server of a lookup does not answer.', {
    open: async () => ({
      lookup: 'http: "http://crm.invalid/{caller.number}"',
      settings: hook('dns-gone'),
      stop: () => undefined,
    }),
    breakIt: () => undefined,
  }),
  fault('lookup table locked', 'The table that a lookup asks is locked in PostgreSQL for four seconds.', {
    open: openPostgres,
    breakIt: ({ databases }) => void databases.sql('crm').query(LOCK, new Map(), 10_000),
    mend: () => undefined,
  }),
  fault(
    'lookup database killed',
    'The PostgreSQL that a lookup asks is killed, and started after four seconds.',
    {
      open: openPostgres,
      breakIt: ({ database }) => database.kill9(),
      mend: ({ database }) => database.start(),
    },
  ),
  fault('lookup Redis killed', 'The Redis that a lookup asks is killed, and started after four seconds.', {
    open: openRedis,
    breakIt: ({ database }) => database.kill9(),
    mend: ({ database }) => database.start(),
  }),
]

const LOCK = 'BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4); COMMIT'

function server(way: Way, what: string): Fault {
  return fault(`lookup server ${way}`, `The web server of a lookup ${what}, for four seconds.`, {
    open: openServer,
    breakIt: ({ http }) => {
      http.way = way
    },
    mend: ({ http }) => {
      http.way = 'good'
    },
  })
}

async function openServer() {
  const http = await LookupServer.start()
  return { http, lookup: `http: "${http.origin}/{caller.number}"`, stop: () => http.stop() }
}

async function openPostgres() {
  const database = await startDatabase('postgres')
  const databases = new Databases(new Map([['crm', parseDatabaseUrl(database.url)]]))
  const run = (sql: string) => databases.sql('crm').query(sql, new Map(), 10_000)
  await run('CREATE TABLE customers (phone varchar(40) PRIMARY KEY, tier varchar(40))')
  await run(
    `INSERT INTO customers SELECT '+1555200' || lpad(n::text, 4, '0'), 'gold' FROM generate_series(0, 999) n`,
  )
  return {
    ...{ database, databases },
    lookup: 'sql: "SELECT tier FROM customers WHERE phone = {caller.number}", database: crm',
    settings: { DOORMAN_DATABASE_CRM: database.url },
    stop: async () => {
      await databases.stop()
      await database.stop()
    },
  }
}

async function openRedis() {
  const database = await startDatabase('redis')
  for (let at = 0; at < 10; at++) await database.redis('HSET', `caller:${numberOf(at)}`, 'tier', 'gold')
  return {
    ...{ database, lookup: 'redis: "caller:{caller.number}", database: crm' },
    settings: { DOORMAN_DATABASE_CRM: database.url },
    stop: () => database.stop(),
  }
}

interface Steps<Opened extends Source> {
  readonly open: () => Promise<Opened>
  readonly breakIt: (source: Opened) => unknown
  /** Undefined where it stays broken. */
  readonly mend?: (source: Opened) => unknown
}

function fault<Opened extends Source>(name: string, what: string, steps: Steps<Opened>): Fault {
  const { open, breakIt, mend } = steps
  let opened: Opened | undefined
  const use = (step: (source: Opened) => unknown) => () => opened && step(opened)
  return {
    ...{ name, what: `${what} 100 calls come a second.`, perSecond: 100 },
    prepare: async () => {
      opened = await open()
      const { lookup, settings = {}, stop } = opened
      return { flows: withLookup(lookup), surroundings: { settings }, close: () => stop() }
    },
    act: async (fixture) => {
      fixture.kinds = ASKED
      await broken(use(breakIt), 4_000, use(mend ?? (() => undefined)), RETRY_MS)(fixture)
    },
    judge: (counts, fixture) => [
      ...allRouted(counts, fixture),
      ...waits(fixture),
      ...(mend === undefined || said('lookup_up', fixture)
        ? []
        : ['The log does not say that the lookup answers again']),
    ],
  }
}

/** Short times, so that every call asks. */
function withLookup(lookup: string): Readonly<Record<string, string>> {
  const times = `deadline: ${DEADLINE_MS}ms, fresh: 1s, stale: 2s, missing: 1s`
  const routing = (FLOW_FILES['routing.yaml'] ?? '')
    .replace('flows:\n', `lookups: { crm: { ${lookup}, ${times}, take: { tier: tier } } }\nflows:\n`)
    .replace(
      'rules:\n',
      `rules:\n  - { name: Gold, when: { callee: "${TO}", lookup: { crm.tier: gold } }, goto: two }\n  - { name: Not gold, when: { callee: "${TO}" }, goto: two }\n`,
    )
  return { ...FLOW_FILES, 'routing.yaml': routing }
}

const TO = '+15557653333'

const said = (event: string, { lines }: Fixture) => lines.some((line) => line.event === event)

/**
 * No call waits beyond the deadline, and none while the breaker is open. What is measured is Doorman's own clock, which
 * is late where the machine has no processor for it: that may happen to one call in fifty.
 */
const waits = (fixture: Fixture): readonly string[] => {
  const time = (event: string, otherwise: number) => {
    const line = fixture.lines.find((one) => one.event === event)
    return line === undefined ? otherwise : Date.parse(String(line.time))
  }
  const [down, up] = [time('lookup_down', Number.NaN), time('lookup_up', Number.POSITIVE_INFINITY)]
  if (Number.isNaN(down)) return ['The log does not say that the lookup fails']
  const asked = fixture.records.filter(({ calleeNumber }) => calleeNumber === TO)
  const isDown = ({ at }: { readonly at: string }) => Date.parse(at) > down && Date.parse(at) < up
  const longer = (records: typeof asked, limit: number, what: string) => {
    const late = records.filter(({ ms }) => (ms.look_up ?? 0) > limit + LATE_MS)
    const longest = Math.max(0, ...late.map(({ ms }) => ms.look_up ?? 0))
    const says = `${late.length} of ${records.length} calls waited longer for the lookup ${what}, up to ${longest} ms`
    return late.length <= records.length / 50 && longest < limit + MOST_LATE_MS ? [] : [says]
  }
  return [
    ...longer(asked, DEADLINE_MS, `than ${DEADLINE_MS} ms`),
    ...longer(asked.filter(isDown), 0, 'than not at all, while its breaker was open'),
    ...(asked.some(({ rule }) => rule === 'Gold') || up === Number.POSITIVE_INFINITY
      ? []
      : ['No call was decided by an answer']),
  ]
}
