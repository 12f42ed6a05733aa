import type { Command } from 'commander'
import { startDoorman } from '../main.js'
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
      const doorman = await startDoorman(settings, log)
      await signalled()
      log.info('Stopping: calls in hand are finished first.', { event: 'stopping' })
      await doorman.stop()
    })
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    // The timer holds the process while no line to the PBX stands.
    const alive = setInterval(() => undefined, 60_000)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        clearInterval(alive)
        resolve()
      })
    }
  })
}
