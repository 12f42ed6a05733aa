import type { Command } from 'commander'
import { type Doorman, startDoorman } from '../main.js'
import { createLog } from '../observability/log.js'
import { givenSettings } from './given-settings.js'

export function addRun(program: Command): void {
  program
    .command('run')
    .description('answer calls until SIGTERM or SIGINT; logs JSON lines to standard output')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .action(async (_options, command: Command) => {
      const settings = givenSettings(command, 'everything')
      const log = createLog(settings.DOORMAN_LOG_LEVEL, { mask: settings.DOORMAN_MASK_NUMBERS })
      // Heard from the beginning: a Doorman that is stopped while it starts is stopped as soon as it stands.
      const stop = signalled()
      let doorman: Doorman | undefined
      process.on('SIGHUP', () => doorman?.reload())
      doorman = await startDoorman(settings, log)
      const signal = await held(stop)
      log.info(STOPPING[signal], { event: 'stopping', signal })
      // Whoever has no patience for the calls in hand may say so at any time.
      process.on('SIGINT', () => doorman?.letGo())
      if (signal === 'SIGINT') doorman.letGo()
      await doorman.stop()
      endSoon()
    })
}

/** ari-client may have another try at a lost PBX in its diary, for up to ten seconds; nobody waits for that. */
function endSoon(): void {
  setTimeout(() => process.exit(), 500).unref()
}

const STOPPING = {
  SIGTERM: 'Stopping: no new calls are taken, and those in hand are finished.',
  SIGINT: 'Stopping at once: the calls in hand go to the fallback.',
} as const

type Stopping = keyof typeof STOPPING

/** Keeps listening: a second SIGTERM would otherwise end the process with calls in hand. */
function signalled(): Promise<Stopping> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal))
  })
}

/** Holds the process, also while no line to the PBX stands; a listener for signals does not. */
async function held<T>(until: Promise<T>): Promise<T> {
  const alive = setInterval(() => undefined, 60_000)
  return until.finally(() => clearInterval(alive))
}
