/**
 * Builds the parts of a running Doorman, starts them in order and stops them in reverse:
 *
 *     flow functions ▶ revisions ▶ AMI ▶ ARI ▶ calls … ▶ watch ▶ control
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AmiLine } from './asterisk/ami/ami.js'
import { AriLine } from './asterisk/ari/ari.js'
import { dialplanMarker } from './asterisk/dialplan/dialplan.js'
import { FALLBACK_PLACE } from './asterisk/dialplan/hand-over.js'
import { livePbx } from './asterisk/live-pbx.js'
import type { Place } from './asterisk/pbx.js'
import { dialplanOf } from './call/dialplan-of.js'
import { answerCalls, type CallParts } from './call/handler.js'
import { KnownPlaces } from './call/known-places.js'
import { readinessOf } from './control/health.js'
import { openControl } from './control/server.js'
import { compileInWorker } from './flows/compile-in-worker.js'
import { FunctionRunner } from './flows/functions/function-runner.js'
import { loadRevision } from './flows/load.js'
import type { Revision } from './flows/revision.js'
import { type DecisionRecord, logDecision } from './history/decision-record.js'
import { findCalls, storedCall } from './history/recorded-calls.js'
import { replay } from './history/replay.js'
import { changedShare, replaySentence } from './history/replay-words.js'
import { letCallsGoFirst } from './observability/calls-first.js'
import { type Log, logFlowLine } from './observability/log.js'
import { Metrics } from './observability/metrics.js'
import { SpareTime } from './observability/spare-time.js'
import { Revisions } from './revisions/revisions.js'
import { FolderWatch } from './revisions/watch.js'
import type { CallFacts } from './routing/types.js'
import { amiAccess, applicationsOf, ariAccess, type Settings } from './settings/index.js'
import { Store } from './store/store.js'

export interface Doorman {
  /** Takes the flow files as they are now, if they are whole and good; a signal does. */
  reload(): void
  /** Sends the calls in hand to the fallback, and those that still come; for whoever has no time to finish them. */
  letGo(): void
  /** Leaves the PBX, finishes the calls in hand, and ends every thread. */
  stop(): Promise<void>
}

/** How long Asterisk may take to say which locations its dialplan has. */
const LOCATIONS_MS = 3_000

/** So long a call that was claimed takes to arrive, with a margin. */
const CLAIMED_MS = 150

/** So many recorded calls are tried with a candidate where a reload asks for it. */
const REPLAYED_CALLS = 10_000

/**
 * Starts Doorman. Resolves once the flow files are loaded; the lines to the PBX are opened in the background
 * and for as long as it takes, because Asterisk may well start later than Doorman.
 * @throws FlowFilesError
 */
export async function startDoorman(settings: Settings, log: Log): Promise<Doorman> {
  letCallsGoFirst()
  const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data, DOORMAN_MASK_NUMBERS: mask } = settings
  const functions = new FunctionRunner({ deadlineMs: settings.DOORMAN_FUNCTION_DEADLINE_MS })
  const ari = new AriLine(ariAccess(settings), settings.DOORMAN_APP, log)
  const ami = new AmiLine(amiAccess(settings), log, () => ari.isBusyWithNotes)
  const store = new Store({
    folder: data,
    keepCallsDays: settings.DOORMAN_KEEP_CALLS,
    keepCallsMb: settings.DOORMAN_KEEP_CALLS_MB,
    report: (level, message, event) => log[level](message, { event }),
  })
  const metrics = new Metrics({ ari, ami })
  let usedFiles: readonly string[] = []
  // Before the first load, so that no change after it is missed.
  const watch = await FolderWatch.open({
    folder,
    used: () => usedFiles,
    failed: (reason) => {
      const message = `The flows folder cannot be watched: ${reason}. Reload by command.`
      log.error(message, { event: 'watch_problem' })
    },
  })
  const revisions = await Revisions.start({
    ...{ folder, log, metrics, store },
    load: async (from) => {
      const loaded = await loadRevision(from, functions, compileInWorker)
      if (from === folder) usedFiles = [...loaded.files.keys()]
      return loaded
    },
    compile: compileInWorker,
    settled: () => watch.settled(),
    missingLocations: async (flows) => {
      const found = await Promise.all(flows.map((flow) => ami.hasPlace(flow, LOCATIONS_MS)))
      return flows.filter((_, index) => !found[index])
    },
    isDialplanCurrent: (revision) => ami.hasPlace(markerOf(settings, revision), LOCATIONS_MS),
    replay: (candidate) => replayRecorded(candidate, store),
  }).catch(async (error: Error) => {
    await Promise.all([functions.stop(), store.close(), watch.stop()])
    throw error
  })
  const spare = new SpareTime((withinMs) => ari.lull(withinMs))
  const defect = (error: unknown) => log.error(`A call could not be recorded: ${error}`, { event: 'defect' })
  const record = (made: DecisionRecord, facts: CallFacts | undefined) => {
    metrics.call(made.outcome)
    metrics.hearsay(made.hearsay, made.trunk, revisions.current.routing.index.referenced.trunks)
    logDecision(log, made)
    // Masked numbers could not be decided again, and unmasked ones must not lie on a disk.
    if (facts !== undefined && !mask) store.recordCall(storedCall(facts, made))
  }
  const parts: CallParts = {
    ...{ pbx: livePbx(ari, ami), functions, places: new KnownPlaces(), now: () => new Date() },
    revision: () => revisions.current,
    earlierRevision: (id) => revisions.earlier(id),
    left: (makeRecord, facts) => {
      spare.add(() => {
        try {
          record(makeRecord(), facts)
        } catch (error) {
          defect(error)
        }
      })
    },
    flowSaid: (call, line) => logFlowLine(log, call, line),
    defect,
  }
  const calls = answerCalls(parts)
  ami.start()
  ari.start(calls)
  watch.begin(() => void revisions.reload('files'))
  let isStopping = false
  const vitals = { ari, ami, isStopping: () => isStopping }
  const control = await openControl(
    settings,
    {
      reload: ({ way, ...options }) => revisions.reload(way, options),
      rollback: ({ to, ...options }) => revisions.rollback(to, options),
      revisions: () => revisions.entries(),
      metrics: () => metrics.text(),
      readiness: () => readinessOf(vitals, revisions.current.id),
    },
    log,
  )
  return {
    reload: () => void revisions.reload('signal'),
    letGo: () => calls.letGo(),
    async stop() {
      // From now on /ready says no; whoever asks is answered until the end.
      isStopping = true
      ari.claimNoMore()
      await Promise.all([watch.stop(), sleep(CLAIMED_MS)])
      // New calls go on in the dialplan without us; those in hand can still be asked about and sent on.
      await ari.leave()
      await Promise.all([calls.done(), revisions.done()])
      await ari.tidyUp()
      ari.stop()
      ami.stop()
      spare.finish()
      await Promise.all([functions.stop(), store.close(), control.stop()])
    },
  }
}

/** The place by which the running dialplan tells that it was generated for this revision. */
function markerOf(settings: Settings, revision: Revision): Place {
  const extension = dialplanMarker(dialplanOf(applicationsOf(settings), revision))
  return { ...FALLBACK_PLACE, extension }
}

/** A runner of its own, so that no call waits for a replay. */
async function replayRecorded(candidate: Revision, store: Store) {
  await store.flush()
  const functions = new FunctionRunner({ maxWorkers: 2 })
  try {
    const calls = findCalls(store, { limit: REPLAYED_CALLS })
    const result = await replay(calls, { candidate, functions })
    return { share: changedShare(result), summary: replaySentence(result) }
  } finally {
    await functions.stop()
  }
}
