/** `doorman run`, and `drain`, by which a SIP proxy spares the PBX. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { type Command, Option } from 'commander'
import { askVersion } from '../asterisk/ari/connection.js'
import { DRAINED } from '../asterisk/ari/device-states.js'
import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'
import { counted } from '../lib/units.js'
import type { Doorman } from '../main.js'
import { ariAccess } from '../settings/index.js'
import { type DoormanCommand, printResult, Refusal, settingsFor, settingsSource } from './command.js'

export function addRun(program: DoormanCommand): void {
  program
    .command('run')
    .description('route calls until SIGTERM or SIGINT, and log to standard output')
    .takes('flows')
    .addOption(
      new Option('--log-format <format>', 'text (default on a terminal) or json (default elsewhere)').choices(
        ['text', 'json'],
      ),
    )
    .action(async (_options, command: Command) => {
      // For ps, top and systemctl, which would show the name of Node.js' main thread.
      process.title = 'doorman'
      // V8 would let the space for new objects grow to 50 MB in each thread and keep it; those of a call live shortly.
      setFlagsFromString('--semi-space-growth-factor=1')
      const settings = settingsFor(command, 'everything')
      takeOtelVariables(settingsSource(command).file)
      // Loaded here, as other commands need neither and start in two thirds of the time without.
      const { createLog } = await import('../observability/log.js')
      const { startDoorman } = await import('../main.js')
      const { DOORMAN_LOG_FORMAT: format = process.stdout.isTTY ? 'text' : 'json' } = settings
      const log = createLog(settings.DOORMAN_LOG_LEVEL, { format, mask: settings.DOORMAN_MASK_NUMBERS })
      // Registered before the start, so that a signal during it stops Doorman as soon as it has started.
      const signal = stopSignal()
      let doorman: Doorman | undefined
      process.on('SIGHUP', () => doorman?.reload())
      doorman = await startDoorman(settings, log)
      const name = await keepAliveUntil(signal)
      log.info(STOPPING[name], { event: 'stopping', signal: name })
      process.on('SIGINT', () => doorman?.abort())
      if (name === 'SIGINT') doorman.abort()
      await doorman.stop()
    })
}

/**
 * The libraries of OpenTelemetry read the environment themselves, and an admin who adds their variables to the settings
 * file expects them to count.
 */
function takeOtelVariables(file: string | undefined): void {
  const inFile = file === undefined ? {} : parseEnv(readFileSync(file, 'utf8'))
  for (const [name, value] of Object.entries(inFile))
    if (name.startsWith('OTEL_')) process.env[name] ??= value
}

const STOPPING = {
  SIGTERM: 'Doorman stops: it takes no new calls and finishes the active ones.',
  SIGINT: 'Doorman stops at once: active calls go to the fallback.',
} as const

/** The listeners stay, as a second SIGTERM would otherwise end the process with active calls. */
function stopSignal(): Promise<keyof typeof STOPPING> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
}

/** A signal listener alone does not keep the process alive while nothing is connected. */
async function keepAliveUntil<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 60_000)
  return promise.finally(() => clearInterval(timer))
}

const ANSWER_MS = 3_000

export function addDrain(program: DoormanCommand): void {
  program
    .command('drain')
    .description("refuse a SIP proxy's new calls, so that other PBXs get them; calls that are here go on")
    .option('--end', 'take new calls again')
    .takes('json')
    .does('ari', async (settings, options: { readonly end?: true; readonly json?: true }) => {
      const channels = await setDrained(ariAccess(settings), options.end ? 'NOT_INUSE' : 'INUSE')
      const drained = `The PBX refuses a proxy's new calls; it has ${counted(channels, 'channel')}.`
      const text = options.end ? "The PBX takes a proxy's new calls again." : drained
      const next = 'doorman drain  says how many channels are left;  doorman drain --end'
      printResult(options, { drained: !options.end, channels }, text, options.end ? undefined : next)
    })
}

/** Asterisk keeps the state, also while Doorman or Asterisk itself is upgraded. @returns how many channels there are. */
async function setDrained(access: AriAccess, deviceState: 'INUSE' | 'NOT_INUSE'): Promise<number> {
  const http = new AriHttp(access)
  try {
    await askVersion(http, access.url)
    const put = { method: 'PUT', path: `deviceStates/${DRAINED}`, query: { deviceState } } as const
    const { status } = await http.send(put, ANSWER_MS)
    if (status >= 300) throw new Error(`ARI answered ${status}; load res_ari_device_states.so.`)
    const { body } = await http.send({ method: 'GET', path: 'channels' }, ANSWER_MS)
    return (body as readonly unknown[]).length
  } catch (error) {
    throw new Refusal('ari_unreachable', (error as Error).message)
  } finally {
    http.stop()
  }
}
