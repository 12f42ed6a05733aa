/** What the commands of `doorman fleet` do. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { findInstance, NotRunningError, readFleet } from '../control/client.js'
import { list } from '../fleet/exchange.js'
import { initFleet } from '../fleet/init.js'
import { isNats, openExchange } from '../fleet/open-exchange.js'
import { Publisher } from '../fleet/publisher.js'
import { CANARY, REST, RING } from '../fleet/rings.js'
import * as rollout from '../fleet/rollout.js'
import { isAway, type MemberStatus, readStatuses } from '../fleet/status.js'
import { type FleetView, viewOf } from '../fleet/view.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import { parseUntil } from '../hours/hours.js'
import { Columns, suggestion } from '../lib/text.js'
import { age, DAY_MS, localTime } from '../lib/units.js'
import type { Routing } from '../routing/types.js'
import { type Settings, userName } from '../settings/index.js'
import { FLEET_NAME } from '../settings/schema.js'
import { EXIT, print, printResult, Refusal, refuseOn, widthOf } from './command.js'
import { formatVisits } from './why.js'

const ADD_SETTINGS = 'add --settings with the settings.env of publisher/'

interface Json {
  readonly json?: true
}

const ASK_MS = 5_000
const ROLLBACK_EXPIRES_MS = 90 * DAY_MS
const OVERRIDE_EXPIRES_MS = 366 * DAY_MS

interface InitOptions {
  readonly pbx: readonly string[]
  readonly canary?: readonly string[]
  readonly hub?: string
  readonly share?: string
}

export async function init(
  folder: string,
  { pbx: pbxs, canary: canaries = [], hub, share }: InitOptions,
): Promise<void> {
  const refuse = (message: string) => new Refusal('usage', message)
  if ((hub === undefined) === (share === undefined))
    throw refuse('Give --hub with the host of the NATS server, or --share with a folder.')
  const taken = pbxs.find((name) => ['all', 'hub', 'publisher'].includes(name))
  if (taken !== undefined) throw refuse(`"${taken}" means something else in a fleet; name the PBX otherwise.`)
  const wrong = pbxs.find((name) => !FLEET_NAME.test(name))
  if (wrong !== undefined)
    throw refuse(`"${wrong}" cannot be the name of a PBX; use small letters, digits, - and _.`)
  const twice = pbxs.find((name, at) => pbxs.indexOf(name) !== at)
  if (twice !== undefined) throw refuse(`--pbx names ${twice} twice.`)
  const unknown = canaries.find((name) => !pbxs.includes(name))
  if (unknown !== undefined) throw refuse(`--canary names ${unknown}, and --pbx does not.`)
  if (hub !== undefined && isIP(hub) === 0 && !HOST.test(hub))
    throw refuse(`--hub takes a host name or an address alone, as hub.example.com, not "${hub}".`)
  const written = await initFleet({ folder, pbxs, canaries, hub, share }).catch(
    refuseOn('fleet', 'Give a new folder.'),
  )
  print(`Written to ${resolve(folder)}:\n${written.map((name) => `  ${name}`).join('\n')}\n${INIT_NEXT}`)
}

const HOST = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i

const INIT_NEXT =
  'publisher/ signs changes: keep it where only you can read it. Copy each other folder to its machine; docs/fleet.md says where to.'

interface PushOptions extends Json {
  readonly rings: readonly string[]
  readonly maxChange?: number
  readonly for: number
  readonly expires: number
}

export async function push(settings: Settings, options: PushOptions): Promise<void> {
  const { rings, maxChange, for: holdMs, expires: expiresMs } = options
  const wrong = rings.find((ring) => !RING.test(ring))
  if (wrong !== undefined) throw new Refusal('usage', `"${wrong}" is no ring; write them as canary,10%,rest.`)
  await asPublisher(settings, options, async (parts) => {
    const functions = new FunctionRunner()
    const loaded = await loadRevision(settings.DOORMAN_FLOWS, functions).finally(() => functions.stop())
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    const statuses = await readStatuses(parts.exchange)
    checkRings(rings, statuses)
    const { id, routing } = loaded.revision
    for (const line of strangers(routing, statuses)) parts.say(line)
    const content = await parts.publisher.upload(loaded.files, id)
    const result = await rollout.push(parts, { content, rings, maxChange, holdMs, expiresMs })
    const pbxs = [...new Set(result.rings.flatMap((ring) => ring.pbxs))]
    const none = `No PBX of ring ${rings.join(', ')} has reported yet; one that does takes revision ${id}.`
    const done = pbxs.length === 0 ? none : `Revision ${id} is at ring ${rings.join(', ')}.`
    report(options, result, done, 'The push was stopped.')
  })
}

/** A ring that is mistyped would have no PBXs, and the push would go on to the next. @throws Refusal */
function checkRings(rings: readonly string[], statuses: readonly MemberStatus[]): void {
  const known = new Set([...statuses.map(({ ring }) => ring), CANARY, REST])
  const unknown = rings.find((ring) => !ring.endsWith('%') && !known.has(ring))
  if (statuses.length > 0 && unknown !== undefined)
    throw new Refusal(
      'usage',
      `Nothing was pushed: no PBX is in ring "${unknown}"${suggestion(unknown, known)}`,
    )
}

/** Names under `loaded_by` that no PBX has: such a table has no rows, or one PBX fewer that loads it. */
function strangers({ tables }: Routing, statuses: readonly MemberStatus[]): readonly string[] {
  const known = statuses.map(({ name }) => name)
  return [...tables.values()].flatMap(({ name, loadedBy }) =>
    loadedBy
      .filter((pbx) => known.length > 0 && !known.includes(pbx))
      .map(
        (pbx) => `warning: table ${name}, loaded_by: no PBX "${pbx}" has reported${suggestion(pbx, known)}`,
      ),
  )
}

export function rollback(settings: Settings, options: Json): Promise<void> {
  return asPublisher(settings, options, async (parts) => {
    const result = await rollout.rollback(parts, ROLLBACK_EXPIRES_MS)
    if (result === undefined) throw new Refusal('fleet', 'There is no push to go back from.')
    report(options, result, 'All PBXs that are not away are back.', 'Not all PBXs are back.')
  })
}

function report(options: Json, result: rollout.RolloutResult, done: string, failed: string): void {
  const text = result.ok ? done : `${failed} ${result.problem}`
  printResult(options, result, text, 'doorman fleet status')
  process.exitCode = result.ok ? EXIT.ok : EXIT.failed
}

export async function status(settings: Settings, options: Json): Promise<void> {
  const { DOORMAN_FLEET_SIGNING_KEY: key, DOORMAN_DATA: data } = settings
  const show = ({ pbxs, missing }: Shown) =>
    printResult(options, { pbxs, missing }, [...awayLines(missing), ...table(pbxs, missing)].join('\n'))
  // A PBX asks its own Doorman, which is in the fleet already.
  if (key === undefined) {
    const instance = await findInstance(data).catch((error: Error) => {
      throw new NotRunningError(`${error.message}\nOn the publisher's machine, ${ADD_SETTINGS}.`)
    })
    return show(await readFleet(instance))
  }
  await asPublisher(settings, options, async ({ exchange }) =>
    show(viewOf(await readStatuses(exchange), new Map())),
  )
}

type Shown = Pick<FleetView, 'pbxs' | 'missing'>

function awayLines(missing: FleetView['missing']): readonly string[] {
  if (missing === null) return []
  const { since, readAt, why } = missing
  const others = readAt === null ? 'were not read before that' : `are shown as they were ${age(readAt)} ago`
  const at = `${localTime(new Date(since))} (${age(since)})`
  return [`The exchange cannot be reached since ${at}: ${why}.`, `The other PBXs ${others}.`, '']
}

const HEADING = ['PBX', 'ring', 'revision', 'since', 'health', 'order', 'calls', 'fallbacks', 'last']

function table(pbxs: Shown['pbxs'], missing: FleetView['missing']): readonly string[] {
  if (pbxs.length === 0) return ['No PBX has reported yet.']
  const problems = pbxs.flatMap(({ name, order, refusedOrders, isReady, isDrained }) => {
    const unready = isReady ? [] : ['not ready; doorman doctor  there says why']
    const drained = isDrained ? ["drained, it refuses a proxy's new calls; there:  doorman drain --end"] : []
    const says = [...(order?.problems ?? []), ...refusedOrders, ...unready, ...drained]
    return says.map((one) => `${name}: ${one}`)
  })
  const rows = pbxs.map((pbx) => cells(pbx, missing))
  return [...new Columns(widthOf(process.stdout)).lines([HEADING, ...rows]), ...problems]
}

function cells(pbx: Shown['pbxs'][number], missing: FleetView['missing']): readonly string[] {
  const { name, ring, revision, since, order, calls, fallbacks, lastFallback } = pbx
  const isOld = missing?.readAt != null && pbx.at < missing.readAt
  const now = `${!pbx.isReady ? 'not ready' : pbx.isDrained ? 'drained' : 'OK'}${isOld ? '?' : ''}`
  const health = pbx.isAway ? `away ${age(pbx.at)}` : now
  const state = order === null ? '-' : !order.isTaken ? 'refused' : pbx.drifts ? 'drift' : 'taken'
  const last = lastFallback === null ? '-' : age(lastFallback.at)
  return [name, ring, revision, age(since), health, state, String(calls), String(fallbacks), last]
}

export function why(
  settings: Settings,
  options: Json & { readonly verbose?: true },
  call: string,
): Promise<void> {
  return asPublisher(settings, options, async ({ exchange, publisher }) => {
    const pbxs = (await readStatuses(exchange)).filter((pbx) => !isAway(pbx, Date.now()))
    const asked = pbxs.map(({ name }) => publisher.ask(name, call, ASK_MS))
    const answers = await Promise.allSettled(asked)
    const silent = pbxs.filter((_, at) => answers[at]?.status === 'rejected').map(({ name }) => name)
    const found = answers.flatMap((answer, at) =>
      answer.status === 'fulfilled' && answer.value.length > 0
        ? [{ pbx: pbxs[at]?.name, records: answer.value }]
        : [],
    )
    const unasked = silent.length === 0 ? '' : ` These did not answer: ${silent.join(', ')}.`
    if (found.length === 0)
      throw new Refusal('call_not_found', `No PBX has recorded a call ${call}.${unasked}`)
    const texts = found.map(({ pbx, records }) => `At ${pbx}:\n${formatVisits(records, options)}`)
    printResult(options, { found, silent }, texts.join('\n\n'))
  })
}

export function remove(settings: Settings, options: Json, name: string): Promise<void> {
  return asPublisher(settings, options, async ({ exchange }) => {
    const status = reported(name, await readStatuses(exchange))
    if (!isAway(status, Date.now()))
      throw new Refusal('usage', `${name} reported ${age(status.at)} ago; stop its Doorman first.`)
    await exchange.put(`status/${name}`, '')
    // No other PBX deletes what it knew of callers when the time to remember is over.
    for (const prefix of [`memory/${name}/`, `tables/${name}/`] as const)
      for (const key of (await list(exchange, prefix)).keys()) await exchange.put(key, '')
    printResult(options, { removed: name }, `No push waits for ${name} any more.`, 'doorman fleet status')
  })
}

/** @throws Refusal where no PBX has this name */
function reported(name: string, statuses: readonly MemberStatus[]): MemberStatus {
  const found = statuses.find((one) => one.name === name)
  if (found !== undefined) return found
  const names = statuses.map((one) => one.name)
  throw new Refusal('usage', `No PBX "${name}" has reported${suggestion(name, names)}`)
}

interface OverrideOptions extends Json {
  readonly until?: string
  readonly why?: string
  readonly at: string
}

export function override(
  settings: Settings,
  options: OverrideOptions,
  hours: string,
  state: string,
): Promise<void> {
  if (state !== 'open' && state !== 'closed' && state !== 'end')
    throw new Refusal('usage', `"${state}" is not open, closed or end.`)
  if (state !== 'end' && options.until === undefined)
    throw new Refusal('usage', 'An override ends by itself. Say when, as --until 18:00 or --until 90m.')
  const { until = '', why = '', at: pbx } = options
  if (state !== 'end') checkUntil(until)
  return asPublisher(settings, options, async ({ exchange, publisher }) => {
    if (pbx !== 'all') reported(pbx, await readStatuses(exchange))
    const order = { pbx, hours, state, until, why } as const
    const sequence = await publisher.override(order, OVERRIDE_EXPIRES_MS)
    const says = state === 'end' ? `the override of ${hours} ends` : `${hours} ${state} until ${until}`
    const where = pbx === 'all' ? 'all PBXs' : pbx
    const text = `Ordered at ${where}: ${says}. A PBX without hours "${hours}" says so in  doorman fleet status`
    printResult(options, { sequence, ...order }, text)
  })
}

/** Each PBX reads it in the zone of its hours; what is over in the westernmost zone is over in all. @throws Refusal */
function checkUntil(until: string): void {
  try {
    parseUntil(until, 'Etc/GMT+12', Date.now())
  } catch (error) {
    throw new Refusal('usage', (error as Error).message)
  }
}

const SEE_FOLDER = 'See whether the folder is mounted here, and whether this user may write to it.'
const SEE_HUB =
  'See whether DOORMAN_FLEET, _SEED and _CA are as "doorman fleet init" wrote them, and whether nats-server runs at the hub.'

/** Does something as the publisher. @throws Refusal where this is not its machine, or the exchange cannot be reached */
async function asPublisher(
  settings: Settings,
  { json }: Json,
  use: (parts: rollout.RolloutParts) => Promise<void>,
): Promise<void> {
  const { DOORMAN_FLEET: address, DOORMAN_FLEET_SIGNING_KEY: key } = settings
  if (address === undefined || key === undefined)
    throw new Refusal('usage', `Only the publisher can do this: ${ADD_SETTINGS}.`)
  const { DOORMAN_FLEET_SEED: seed, DOORMAN_FLEET_CA: ca } = settings
  const exchange = await openExchange({ address, name: 'publisher', seed, ca })
  try {
    const publisher = new Publisher(exchange, key, userName())
    await publisher.orders().catch((error: Error) => {
      const why = exchange.problem || error.message
      throw new Refusal(
        'fleet',
        `${address} cannot be reached: ${why}\n${isNats(address) ? SEE_HUB : SEE_FOLDER}`,
      )
    })
    await use({ exchange, publisher, say: (line) => (json ? undefined : print(line)) })
  } finally {
    await exchange.stop()
  }
}
