/**
 * Builds the parts of a running Doorman, starts them in order and stops them in reverse:
 *
 *     flow functions ▶ revision ▶ AMI ▶ ARI ▶ calls …
 */
import { AmiLine } from './asterisk/ami.js'
import { AriLine } from './asterisk/ari.js'
import { livePbx } from './asterisk/live-pbx.js'
import { answerCalls } from './call.js'
import { FunctionRunner } from './flows/function/function-runner.js'
import { loadRevision } from './flows/load.js'
import { formatProblem, type Problem } from './flows/problem.js'
import type { Revision } from './flows/revision.js'
import { logDecision } from './ops/decision-record.js'
import { logFlowLine } from './ops/flow-line.js'
import type { Log } from './ops/log.js'
import type { Settings } from './settings.js'

export interface Doorman {
  readonly revision: Revision
  /** Finishes the calls in hand, leaves the PBX and ends every thread. */
  stop(): Promise<void>
}

/** The flow files cannot be used; `problems` says why, each with its place. */
export class FlowFilesError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'FlowFilesError'
  }
}

/**
 * Starts Doorman. Resolves once the flow files are loaded; the lines to the PBX are opened in the background
 * and for as long as it takes, because Asterisk may well start later than Doorman.
 * @throws FlowFilesError
 */
export async function startDoorman(settings: Settings, log: Log): Promise<Doorman> {
  const functions = new FunctionRunner({ deadlineMs: settings.DOORMAN_FUNCTION_DEADLINE_MS })
  const revision = await firstRevision(settings, functions, log).catch(async (error: Error) => {
    await functions.stop()
    throw error
  })
  const ami = new AmiLine(amiAccess(settings), log)
  const ari = new AriLine(ariAccess(settings), settings.DOORMAN_APP, log)
  const pbx = livePbx(ari, ami)
  const calls = answerCalls({
    pbx,
    functions,
    revision: () => revision,
    now: () => new Date(),
    record: (record) => logDecision(log, record, { mask: settings.DOORMAN_MASK_NUMBERS }),
    flowSaid: (call, { level, ...line }) =>
      logFlowLine(log, level, { call, ...line }, settings.DOORMAN_MASK_NUMBERS),
    defect: (error) => log.error(`A call could not be recorded: ${error}`, { event: 'defect' }),
  })
  ami.start()
  ari.start(calls)
  return {
    revision,
    async stop() {
      await calls.done()
      ari.stop()
      // Calls that came in while the others were finished.
      await calls.done()
      ami.stop()
      await functions.stop()
    },
  }
}

async function firstRevision(settings: Settings, functions: FunctionRunner, log: Log): Promise<Revision> {
  const loaded = await loadRevision(settings.DOORMAN_FLOWS, functions)
  for (const warning of loaded.warnings) log.warn(formatProblem(warning), { event: 'flow_warning' })
  if (!loaded.ok) throw new FlowFilesError(loaded.problems)
  const { revision } = loaded
  log.info(`Revision ${revision.id} decides.`, { event: 'revision', revision: revision.id })
  return revision
}

function ariAccess(settings: Settings) {
  return {
    url: settings.DOORMAN_ARI_URL,
    username: settings.DOORMAN_ARI_USERNAME,
    password: settings.DOORMAN_ARI_PASSWORD,
  }
}

function amiAccess(settings: Settings) {
  return {
    host: settings.DOORMAN_AMI_HOST,
    port: settings.DOORMAN_AMI_PORT,
    username: settings.DOORMAN_AMI_USERNAME,
    secret: settings.DOORMAN_AMI_SECRET,
  }
}
