/**
 * Builds the parts of a running Doorman, starts them in order and stops them in reverse:
 *
 *     flow functions ▶ revisions ▶ AMI ▶ ARI ▶ calls … ▶ watch ▶ control
 */
import { AmiLine } from './asterisk/ami.js'
import { AriLine } from './asterisk/ari.js'
import { dialplanMarker } from './asterisk/dialplan.js'
import { FALLBACK_PLACE } from './asterisk/hand-over.js'
import { livePbx } from './asterisk/live-pbx.js'
import type { Place } from './asterisk/pbx.js'
import { answerCalls, type CallParts } from './call.js'
import { openControl } from './control/open.js'
import { loadRevisionAside } from './flows/aside/load-aside.js'
import { FunctionRunner } from './flows/function/function-runner.js'
import type { Revision } from './flows/revision.js'
import { letCallsGoFirst } from './ops/calls-first.js'
import { logDecision } from './ops/decision-record.js'
import { logFlowLine } from './ops/flow-line.js'
import type { Log } from './ops/log.js'
import { Metrics } from './ops/metrics.js'
import { amiAccess, ariAccess } from './pbx-access.js'
import { callsFolder } from './replay/call-files.js'
import { CallLog } from './replay/call-log.js'
import { callRecordOf } from './replay/call-record.js'
import { readCalls } from './replay/read-calls.js'
import { replay } from './replay/replay.js'
import { changedShare, replaySentence } from './replay/replay-words.js'
import { LiveRevisions } from './revisions/live-revisions.js'
import { RevisionStore } from './revisions/store/store.js'
import { watch } from './revisions/watch.js'
import { applicationsOf, type Settings } from './settings.js'
import { dialplanOf } from './steps/dialplan-of.js'
import { KnownPlaces } from './steps/known-places.js'

export interface Doorman {
  /** Takes the flow files as they are now, if they are whole and good; a signal does. */
  reload(): void
  /** Finishes the calls in hand, leaves the PBX and ends every thread. */
  stop(): Promise<void>
}

/** How long the dialplan may take to say which contexts it has. */
const CONTEXTS_MS = 3_000

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
  const ami = new AmiLine(amiAccess(settings), log)
  const ari = new AriLine(ariAccess(settings), settings.DOORMAN_APP, log)
  const callLog = new CallLog(data, {
    onProblem: (problem) => log.error(problem, { event: 'call_log_problem' }),
  })
  const metrics = new Metrics()
  const revisions = await LiveRevisions.begin({
    ...{ folder, log, metrics },
    store: await RevisionStore.open(data),
    load: (from) => loadRevisionAside(from, functions),
    missingContexts: (contexts) => ami.missingContexts(contexts, CONTEXTS_MS),
    isDialplanCurrent: (revision) => ami.hasPlace(markerOf(settings, revision), CONTEXTS_MS),
    replay: (candidate) => replayRecorded(candidate, data, callLog),
  }).catch(async (error: Error) => {
    await functions.stop()
    throw error
  })
  const parts: CallParts = {
    ...{ pbx: livePbx(ari, ami), functions, places: new KnownPlaces(), now: () => new Date() },
    revision: () => revisions.current,
    earlierRevision: (id) => revisions.earlier(id),
    record: (record, facts) => {
      metrics.call(record.outcome)
      logDecision(log, record, { mask })
      // Masked numbers could not be decided again, and unmasked ones must not lie on a disk.
      if (facts !== undefined && !mask) callLog.append(callRecordOf(facts, record))
    },
    flowSaid: (call, { level, ...line }) => logFlowLine(log, level, { call, ...line }, mask),
    defect: (error) => log.error(`A call could not be recorded: ${error}`, { event: 'defect' }),
  }
  const calls = answerCalls(parts)
  ami.start()
  ari.start(calls)
  const watching = watch(
    folder,
    () => void revisions.reload('files'),
    (reason) => {
      log.error(`The flows folder cannot be watched: ${reason}. Reload by command.`, {
        event: 'watch_problem',
      })
    },
  )
  const control = await openControl(settings, revisions, metrics, log)
  return {
    reload: () => void revisions.reload('signal'),
    async stop() {
      await Promise.all([control.stop(), watching.stop()])
      await calls.done()
      ari.stop()
      // Calls that came in while the others were finished.
      await Promise.all([calls.done(), revisions.done()])
      ami.stop()
      await Promise.all([functions.stop(), callLog.close()])
    },
  }
}

/** The place by which the running dialplan tells that it was generated for this revision. */
function markerOf(settings: Settings, revision: Revision): Place {
  const extension = dialplanMarker(dialplanOf(applicationsOf(settings), revision))
  return { ...FALLBACK_PLACE, extension }
}

/** A runner of its own, so that no call waits for a replay. */
async function replayRecorded(candidate: Revision, data: string, callLog: CallLog) {
  await callLog.flush()
  const functions = new FunctionRunner({ maxWorkers: 2 })
  try {
    const calls = readCalls(callsFolder(data), { last: REPLAYED_CALLS })
    const result = await replay(calls, { candidate, functions })
    return { share: changedShare(result), words: replaySentence(result) }
  } finally {
    await functions.stop()
  }
}
