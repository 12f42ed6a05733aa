import type { Command } from 'commander'
import { type Doorman, startDoorman } from '../main.js'
import { createLog } from '../ops/log.js'
import { givenSettings } from './given-settings.js'

export function addRun(program: Command): void {
  program
    .command('run')
    .description('answer calls until SIGTERM or SIGINT; logs JSON lines to standard output')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .action(async (_options, command: Command) => {
      const settings = givenSettings(command, 'everything')
      const log = createLog(settings.DOORMAN_LOG_LEVEL)
      // Heard from the beginning: a Doorman that is stopped while it starts is stopped as soon as it stands.
      const stop = signalled()
      let doorman: Doorman | undefined
      process.on('SIGHUP', () => doorman?.reload())
      doorman = await startDoorman(settings, log)
      await held(stop)
      log.info('Stopping: calls in hand are finished first.', { event: 'stopping' })
      await doorman.stop()
      endSoon()
    })
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}

/** ari-client may have another try at a lost PBX in its diary, for up to ten seconds; nobody waits for that. */
function endSoon(): void {
  setTimeout(() => process.exit(), 500).unref()
}

/** Holds the process, also while no line to the PBX stands; a listener for signals does not. */
async function held(until: Promise<void>): Promise<void> {
  const alive = setInterval(() => undefined, 60_000)
  await until
  clearInterval(alive)
}
