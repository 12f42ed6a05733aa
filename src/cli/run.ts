import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { type Command, Option } from 'commander'
import type { Doorman } from '../main.js'
import { type DoormanCommand, settingsFor, settingsSource } from './command.js'

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
