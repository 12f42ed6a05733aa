#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { addCall } from './call.js'
import { addCheck } from './check.js'
import { addDialplan } from './dialplan.js'
import { EXIT, reportFailure } from './exit.js'
import { addExplain } from './explain.js'
import { addRun } from './run.js'

const { version } = createRequire(import.meta.url)('asterisk-doorman/package.json') as { version: string }

const program = new Command('doorman')
  .description('Call routing for Asterisk: reads each call, decides its flow, sends it on.')
  .version(version)
  .option('--settings <file>', 'file of NAME=value settings (or DOORMAN_SETTINGS)')
  .showSuggestionAfterError()
  .showHelpAfterError('(doorman --help shows all commands)')
  .exitOverride()

for (const add of [addRun, addCheck, addExplain, addDialplan, addCall]) add(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.well : EXIT.usedWrongly
  else process.exitCode = reportFailure(error)
}
