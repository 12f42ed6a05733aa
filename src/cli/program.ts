import { createRequire } from 'node:module'
import { type Command, CommanderError } from 'commander'
import { addCall } from './call.js'
import { addExport, addForget } from './callers.js'
import { addCalls } from './calls.js'
import { addCheck, addExamples } from './check.js'
import { DoormanCommand, EXIT, reportFailure, shaped } from './command.js'
import { addDialplan } from './dialplan.js'
import { addDoctor } from './doctor.js'
import { addExplain } from './explain.js'
import { addFleet } from './fleet.js'
import { addGreet } from './greet.js'
import { addHolidays, addHours, addOverride } from './hours.js'
import { addReload, addRollback } from './reload.js'
import { addDiff, addReplay, addRevisions } from './revisions.js'
import { addDrain, addRun } from './run.js'
import { addSetup } from './setup.js'
import { addWhy } from './why.js'

/** In the order of --help. */
const COMMANDS = [
  ...[addSetup, addRun, addCheck, addExplain, addHours, addHolidays, addOverride, addGreet, addCalls, addWhy],
  ...[addReplay, addReload, addRollback, addRevisions, addDiff, addExamples, addDialplan, addDoctor, addCall],
  ...[addDrain, addForget, addExport, addFleet],
]

const { version } = createRequire(import.meta.url)('asterisk-doorman/package.json') as { version: string }

export function createProgram(): Command {
  const program = new DoormanCommand('doorman')
    .description('Call routing for Asterisk: reads each call, decides its flow and continues it there.')
    .version(version)
    .option(
      '--settings <file>',
      'file of NAME=value settings (or DOORMAN_SETTINGS; default: /etc/doorman/settings.env)',
    )
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({
      outputError: (text, write) => write(shaped(text.replace(/^error:/, 'error[usage]:'), process.stderr)),
    })
    .exitOverride()
  for (const add of COMMANDS) add(program)
  return program
}

/** Runs a command line and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    else process.exitCode = reportFailure(error)
  }
}
