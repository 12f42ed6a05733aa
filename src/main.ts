/**
 * Builds the parts of a running Doorman, starts them in order and stops them in reverse:
 *
 *     code flows ▶ revisions ▶ AMI ▶ ARI ▶ calls … ▶ watch ▶ fleet ▶ control
 *
 * The control server answers until the end.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Ami } from './asterisk/ami/ami.js'
import { Ari } from './asterisk/ari/ari.js'
import { FALLBACK } from './asterisk/dialplan/destination.js'
import { Calendars } from './calendars/calendars.js'
import { CallHandler } from './call/handler.js'
import { messageTaker } from './call/messages.js'
import { contextSource, knownNow } from './call/outside.js'
import { Overrides } from './call/overrides.js'
import { dialplanFor } from './call/passed-facts.js'
import { callRecorder, type RecorderParts } from './call/record.js'
import { rememberMessage } from './call/remember.js'
import { auditingLog } from './control/access.js'
import { LiveCalls } from './control/live-calls.js'
import { runningControl } from './control/running-control.js'
import { openControl } from './control/server.js'
import { Databases } from './databases/databases.js'
import type { Fleet, FleetParts } from './fleet/fleet.js'
import { compileInWorker } from './flows/compile.js'
import { FunctionRunner } from './flows/functions/function-runner.js'
import { loadRevision } from './flows/load.js'
import type { Revision } from './flows/revision.js'
import { findCalls } from './history/recorded-calls.js'
import { changedShare, replay, replaySentence } from './history/replay.js'
import type { Log } from './lib/log.js'
import { within } from './lib/waiting.js'
import { asker } from './lookups/lookup-client.js'
import { Lookups } from './lookups/lookups.js'
import { CallerMemory, forgetCaller } from './memory/caller-memory.js'
import { Metrics } from './observability/metrics.js'
import { openTracing } from './observability/tracing.js'
import { Revisions } from './revisions/revisions.js'
import { FolderWatch } from './revisions/watch.js'
import { amiAccess, applicationsOf, ariAccess, type Settings, storeOptions } from './settings/index.js'
import { greetingTexts } from './speech/greetings.js'
import { RenderedGreetings } from './speech/rendered-greetings.js'
import { MOST_CALLERS } from './store/callers.js'
import { openNumberHash } from './store/number-hash.js'
import { Store, type StoreOptions } from './store/store.js'
import { Tables } from './tables/tables.js'

export interface Doorman {
  /** Takes the flow files as they are now, if they are whole and good; a signal does. */
  reload(): void
  /** Sends the active calls to the fallback, and those that still arrive: there is no time to finish them. */
  abort(): void
  /** Leaves the PBX, finishes the active calls, and ends every thread. */
  stop(): Promise<void>
}

/** How long Asterisk may take to say what its dialplan has. */
const DIALPLAN_MS = 3_000

/** A reload waits so long for tables that are new, so that no call meets them unknown. */
const NEW_TABLES_MS = 5_000

/** So long a call that was claimed takes to arrive, with a margin. */
const CLAIMED_MS = 150

/** A reload that still runs, or a folder or a fleet that does not answer, must not hold up a stop for longer. */
const STOP_MS = 1_000

/** So many recorded calls are tried with a candidate where a reload asks for it. */
const REPLAYED_CALLS = 10_000
/** A disk that hangs, or code flows that are slow, must not hold up a rollback for longer. */
const REPLAY_MS = 100_000

/**
 * Starts Doorman. Resolves once the flow files are loaded; the lines to the PBX are opened in the background
 * and for as long as it takes, because Asterisk may well start later than Doorman.
 * @throws FlowFilesError
 */
export async function startDoorman(settings: Settings, plainLog: Log): Promise<Doorman> {
  const running = { revisions: () => revisions, calls: () => calls, fleet: () => fleet }
  const parts = await openParts(settings, plainLog, running)
  const { ami, ari, calendars, log, memory, overrides, store, watch } = parts
  const revisions = await startRevisions(parts).catch(async (error: Error) => {
    await close(parts)
    throw error
  })
  const memoryLoaded = memory.load()
  await overrides.start()
  const { DOORMAN_APP: instance, DOORMAN_MASK_NUMBERS: mask } = settings
  const tracing = await openTracing({ instance, mask, log })
  const calls = callHandler(parts, revisions, tracing)
  ami.start()
  ari.start(calls)
  watch.begin(() => void revisions.reload('files'))
  let isStopping = false
  const vitals = () => ({ ari, ami, stopping: isStopping, revision: revisions.current.id })
  const isReady = () => ari.isUp && ami.isUp && !isStopping
  const activeCalls = () => calls.activeCalls
  const isDrained = () => ari.deviceStates.isDrained
  const fleet = await openFleet(parts, { revisions, memoryLoaded, isReady, isDrained, activeCalls })
  if (fleet === undefined) parts.tables.share()
  const own = runningControl({ ...parts, revisions, vitals, fleet })
  const control = await openControl(settings, own, log, store.isInUse)
  return {
    reload: () => void revisions.reload('signal'),
    abort: () => calls.abort(),
    async stop() {
      // From now on /ready says no; requests are answered until the end.
      isStopping = true
      ari.stopClaiming()
      const briefly = (work: Promise<void> | undefined) =>
        within(STOP_MS, 'the stop', Promise.resolve(work)).catch(() => undefined)
      await Promise.all([briefly(watch.stop()), briefly(fleet?.stop()), sleep(CLAIMED_MS)])
      // New calls take the fallback; active ones are finished.
      await ari.leave()
      await Promise.all([calls.finish(), briefly(revisions.done())])
      parts.lookups.stop()
      await calendars.stop()
      await parts.databases.stop()
      await ari.stop()
      ami.stop()
      memory.stop()
      overrides.stop()
      await Promise.all([close(parts), control.stop()])
      await tracing?.stop()
      // What was not waited for must not keep the process; the log is written by then.
      setTimeout(() => process.exit(), STOP_MS).unref()
    },
  }
}

/** Nothing of the fleet is loaded where this PBX is in none. */
async function openFleet(
  { settings, log, store, overrides, memory, greetings, live, tables }: Parts,
  running: Pick<FleetParts, 'revisions' | 'memoryLoaded' | 'isReady' | 'isDrained' | 'activeCalls'>,
): Promise<Fleet | undefined> {
  if (settings.DOORMAN_FLEET === undefined) return undefined
  try {
    const { startFleet } = await import('./fleet/fleet.js')
    return await startFleet(settings, {
      ...{ ...running, log, store, overrides, memory, tables },
      recentCallers: () => store.recentCallers(MOST_CALLERS),
      forgetStored: (caller) => {
        const removeGreeting = (file: string) => greetings.remove(file)
        return forgetCaller({ number: caller, names: [caller] }, { store, removeGreeting })
      },
      listen: (listener) => live.listen(listener),
    })
  } catch (error) {
    log.error(`The fleet is left out: ${error}`, { event: 'fleet_problem' })
    return undefined
  }
}

type Parts = Awaited<ReturnType<typeof openParts>>

/** What is there from the first revision on, and what calls begin with. */
interface Running {
  readonly revisions: () => Revisions
  readonly calls: () => CallHandler
  readonly fleet: () => Fleet | undefined
}

/** The parts that the first revision needs. */
async function openParts(settings: Settings, plainLog: Log, { revisions, calls, fleet }: Running) {
  const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data, DOORMAN_MASK_NUMBERS: mask, secrets } = settings
  const log = auditingLog(plainLog, mask, (entry) => store.audit(entry))
  const deadlineMs = settings.DOORMAN_FUNCTION_DEADLINE_MS
  /** Checks and replays have a runner of their own: no call waits for them, and none loses its threads to them. */
  const withOwnRunner = async <T>(use: (functions: FunctionRunner) => Promise<T>): Promise<T> => {
    const own = new FunctionRunner({ deadlineMs, maxWorkers: 2 })
    return use(own).finally(() => own.stop())
  }
  let usedFiles: readonly string[] = []
  const load = async (from: string) => {
    const loaded = await withOwnRunner((own) => loadRevision(from, own, compileInWorker))
    if (from === folder) usedFiles = [...loaded.files.keys()]
    return loaded
  }
  const ami = new Ami(amiAccess(settings), log)
  const ari = new Ari(ariAccess(settings), settings.DOORMAN_APP, ami, log)
  const report: StoreOptions['report'] = (level, message, event) => log[level](message, { event })
  const store = new Store({ ...storeOptions(settings), report })
  const greetings = new RenderedGreetings({
    folder: settings.DOORMAN_GREETINGS,
    limit: settings.DOORMAN_GREETINGS_MB * 2 ** 20,
    mostAhead: settings.DOORMAN_GREETINGS_AHEAD,
    log,
  })
  const recentCallers = () => store.recentCallers(settings.DOORMAN_GREETINGS_AHEAD)
  const keyFailed = (message: string) => log.error(message, { event: 'number_key_problem' })
  const numberHash = mask ? await openNumberHash(data, keyFailed) : undefined
  let renderAgain: (table: string) => void = () => undefined
  const tables = new Tables({
    ...{ folder: data, databases: settings.databases, secrets, log },
    changed: (name) => renderAgain(name),
  })
  const renderAhead = (revision: Revision) => {
    const { routing } = revision
    const render = () => greetings.ahead(greetingTexts(revision, tables.of(routing), recentCallers))
    renderAgain = (table) => void (routing.vip.numbers.outsideTables.includes(table) && render())
    render()
  }
  const calendars = new Calendars({ folder: data, log })
  const overrides = new Overrides({
    ...{ store, log },
    hours: () => revisions().current.routing.hours,
    show: (states) => ari.deviceStates.show(states),
  })
  const metrics = new Metrics({
    ...{ ari, ami, mask },
    activeCalls: () => calls().activeCalls,
    overrides: () => overrides.current.size,
    database: () => store.health,
    greetings: () => greetings.health,
    calendars: () => calendars.health,
    tables: () => tables.states,
    fleet: () => fleet()?.health,
  })
  const databases = new Databases(settings.databases)
  const known = (revision: Revision) => knownNow({ calendars, tables, overrides }, revision)
  const replayOf = async (candidate: Revision, current: Revision) => {
    const replayed = withOwnRunner(async (functions) => {
      await store.flush()
      const recorded = findCalls(store, { limit: REPLAYED_CALLS })
      return replay(recorded, { candidate, current, functions, outside: known(candidate) })
    })
    return within(REPLAY_MS, 'the recorded calls', replayed)
  }
  return {
    ...{ settings, log, data, ami, ari, store, greetings, numberHash, tables, calendars, overrides, metrics },
    ...{ databases, known, load, renderAhead, replayOf },
    whatIf: new FunctionRunner({ deadlineMs, maxWorkers: 2 }),
    functions: new FunctionRunner({ deadlineMs }),
    memory: new CallerMemory(store, numberHash ?? ((number) => number)),
    lookups: new Lookups({ ask: asker({ databases, secrets }), log, metrics }),
    live: new LiveCalls(),
    // Before the first load, so that no change after it is missed.
    watch: await FolderWatch.open({
      folder,
      used: () => usedFiles,
      failed: (reason) => {
        const message = `The flows folder cannot be watched: ${reason}. Reload by command.`
        log.error(message, { event: 'watch_problem' })
      },
    }),
  }
}

function startRevisions(parts: Parts): Promise<Revisions> {
  const { settings, load, log, store, metrics, ami, calendars, functions, lookups, tables } = parts
  const { DOORMAN_FLOWS: folder } = settings
  return Revisions.start({
    ...{ folder, load, log, metrics, store },
    isManual: settings.DOORMAN_RELOAD === 'manual',
    maxChange: settings.DOORMAN_MAX_CHANGE,
    compile: compileInWorker,
    prepare: async (revision, isStart) => {
      const { routing } = revision
      const checked = functions.check(revision.functions.values())
      const [problems] = await Promise.all([checked, lookups.use(routing)])
      // A start has no other revision to go on with.
      if (problems.length > 0 && !isStart) return problems
      const newTables = tables.use(routing, isStart ? 0 : NEW_TABLES_MS)
      await Promise.all([newTables, calendars.use(routing.hours.values())])
      return problems
    },
    swapped: (revision) => {
      parts.renderAhead(revision)
      lookups.decideBy(revision.routing)
      parts.memory.decideBy(revision.routing)
      parts.overrides.show(revision.routing.hours)
    },
    missingLocations: (flows) => ami.missingLocations(flows, DIALPLAN_MS),
    isDialplanCurrent: async (revision) => {
      const { marker } = dialplanFor(applicationsOf(settings), revision)
      return (await ami.missingLocations([{ ...FALLBACK, extension: marker }], DIALPLAN_MS)).length === 0
    },
    replay: async (candidate, current) => {
      const result = await parts.replayOf(candidate, current)
      return { share: changedShare(result), summary: replaySentence(result) }
    },
  })
}

function callHandler(parts: Parts, revisions: Revisions, tracing: RecorderParts['tracing']): CallHandler {
  const { ari, functions, greetings, live, log, memory, overrides, settings } = parts
  const now = () => new Date()
  const remembers = () => revisions.current.routing.memory
  const messages = { override: overrides.onMessage, remember: rememberMessage(memory, remembers, now) }
  return new CallHandler({
    ...{ functions, now, greetings, pbx: ari, instance: settings.DOORMAN_APP },
    revision: () => revisions.current,
    earlierRevision: (id) => revisions.earlier(id),
    context: contextSource(parts),
    finished: callRecorder({
      ...{ ...parts, tracing },
      decided: (record, sentence) => live.add(record, sentence),
      trunks: () => revisions.current.routing.index.referenced.trunks,
    }),
    takeMessage: messageTaker(messages, log),
    flowLog: (call, { level, message, details }) => log[level](message, { event: 'flow_log', call, details }),
  })
}

/** Ends every thread, and waits for what is still being written. */
async function close({ functions, whatIf, tables, store, greetings }: Parts): Promise<void> {
  await Promise.all([functions.stop(), whatIf.stop(), tables.stop(), store.close(), greetings.stop()])
}
