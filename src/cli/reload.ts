import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { type CommandRequest, sendCommand } from '../control/client.js'
import { formatProblem } from '../flows/problem.js'
import type { ReloadResult } from '../revisions/revisions.js'
import {
  DATA_OPTION,
  EXIT,
  JSON_OPTION,
  parseCount,
  parseShareOption,
  printResult,
  settingsFor,
} from './command.js'

interface Options {
  readonly allowMissingContexts?: true
  readonly maxChange?: number
  readonly json?: true
}

const ALLOW_MISSING = [
  '--allow-missing-contexts',
  'accept flows whose context the dialplan lacks; their calls take the fallback',
] as const

export function addReload(program: Command): void {
  program
    .command('reload')
    .description('have the running Doorman check and load the flow files')
    .option('--max-change <share>', 'refuse if more recorded calls than this would change', parseShareOption)
    .option(...ALLOW_MISSING)
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: Options, command: Command) => {
      const { json: _, ...request } = options
      await send(command, options, '/reload', { ...request, way: 'command', by: userInfo().username })
    })
}

export function addRollback(program: Command): void {
  program
    .command('rollback')
    .argument(
      '[number]',
      'of the revision, as "doorman revisions" lists it; default: the one before',
      parseCount,
    )
    .description('have the running Doorman go back to an earlier revision')
    .option(...ALLOW_MISSING)
    .option(...DATA_OPTION)
    .option(...JSON_OPTION)
    .action(async (to: number | undefined, options: Options, command: Command) => {
      const { json: _, ...request } = options
      await send(command, options, '/rollback', { ...request, to, by: userInfo().username })
    })
}

async function send(command: Command, options: Options, ...request: CommandRequest): Promise<void> {
  const { DOORMAN_DATA: data } = settingsFor(command, 'files')
  const result = await sendCommand(data, ...request)
  printResult(options, result, format(result).join('\n'))
  process.exitCode = result.ok ? EXIT.ok : EXIT.failed
}

function format(result: ReloadResult): string[] {
  const warnings = result.warnings.map((warning) => `${formatProblem(warning)} (warning)`)
  if (!result.ok)
    return [
      ...result.problems.map(formatProblem),
      ...warnings,
      'Refused: the active revision has not changed.',
    ]
  const name = result.number === null ? result.revision : `${result.number} (${result.revision})`
  if (!result.changed) return [...warnings, `Nothing has changed: revision ${name} is active already.`]
  const replay = result.replay === null ? [] : [result.replay]
  const changes = result.changes.map(({ text }) => `  ${text}`)
  return [...warnings, ...replay, `Revision ${name} is active:`, ...changes]
}
