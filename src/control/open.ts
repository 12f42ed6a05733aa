import type { Log } from '../observability/log.js'
import type { Metrics } from '../observability/metrics.js'
import type { LiveRevisions } from '../revisions/live-revisions.js'
import type { Settings } from '../settings/index.js'
import { newToken, removeAddress, writeAddress } from './address.js'
import { readinessOf, type Vitals } from './readiness.js'
import { type Control, type ControlServer, startControl } from './server.js'

/** What the control address commands and shows. */
export interface Controlled {
  readonly revisions: LiveRevisions
  readonly metrics: Metrics
  readonly vitals: Vitals
}

/**
 * Opens the control address of a running Doorman and leaves it in the data folder, where `doorman reload` finds it.
 * An address that is taken, or a folder that cannot be written, is said in the log and stops no call.
 */
export async function openControl(
  settings: Settings,
  controlled: Controlled,
  log: Log,
): Promise<Pick<ControlServer, 'stop'>> {
  const { DOORMAN_CONTROL_HOST: host, DOORMAN_CONTROL_PORT: port, DOORMAN_DATA: data } = settings
  const token = settings.DOORMAN_CONTROL_TOKEN ?? newToken()
  try {
    const server = await startControl(controlOf(controlled), { host, port, token })
    const withdrawn = async () => {
      await server.stop()
      await removeAddress(data, process.pid)
    }
    await writeAddress(data, { url: server.url, token, pid: process.pid })
    log.info(`Commands are heard at ${server.url}.`, { event: 'control' })
    return { stop: withdrawn }
  } catch (error) {
    const advice = 'Set DOORMAN_CONTROL_PORT or DOORMAN_DATA. "doorman reload" will not work; SIGHUP does.'
    const reason = `Commands cannot be heard at ${host}:${port}: ${(error as Error).message}.`
    log.error(`${reason} ${advice}`, { event: 'control_problem' })
    return { stop: async () => undefined }
  }
}

function controlOf({ revisions, metrics, vitals }: Controlled): Control {
  return {
    reload: ({ way, ...options }) => revisions.reload(way, given(options)),
    rollback: ({ to, ...options }) => revisions.rollback(to, given(options)),
    revisions: () => revisions.entries(),
    metrics: () => metrics.text(),
    readiness: () => readinessOf(vitals, revisions.current.id),
  }
}

/** Leaves out what was not given: an option that is there and undefined is another thing to the type checker. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
