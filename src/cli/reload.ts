import { userInfo } from 'node:os'
import { type Command, InvalidArgumentError } from 'commander'
import { NoDoorman, tell } from '../control/client.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import { parseShare } from '../history/share.js'
import { safeJson } from '../observability/log.js'
import type { ReloadResult } from '../revisions/reload.js'
import { EXIT, Refusal } from './exit.js'
import { givenSettings } from './given-settings.js'
import { show } from './terminal.js'

interface ReloadOptions {
  readonly allowMissingContexts?: true
  readonly maxChange?: number
  readonly json?: true
}

interface RollbackOptions {
  readonly allowMissingContexts?: true
  readonly json?: true
}

export function addReload(program: Command): void {
  program
    .command('reload')
    .description('have the running Doorman take the flow files as they are now, if they are whole and good')
    .option(
      '--max-change <share>',
      'refuse if more recorded calls than this would go elsewhere, as 1%',
      share,
    )
    .option(
      '--allow-missing-contexts',
      'take flows whose context the dialplan lacks; their calls go to the fallback',
    )
    .option('--data <folder>', 'the data folder of the running Doorman (or DOORMAN_DATA)')
    .option('--json', 'print one JSON object')
    .action(async ({ json, ...options }: ReloadOptions, command: Command) => {
      const request = { ...options, way: 'command' as const, by: userInfo().username }
      await change(command, { reload: request }, json === true)
    })
}

export function addRollback(program: Command): void {
  program
    .command('rollback')
    .argument(
      '[number]',
      'of the revision, as "doorman revisions" lists it; the one before if not given',
      count,
    )
    .description('have the running Doorman bring back an earlier revision')
    .option(
      '--allow-missing-contexts',
      'take flows whose context the dialplan lacks; their calls go to the fallback',
    )
    .option('--data <folder>', 'the data folder of the running Doorman (or DOORMAN_DATA)')
    .option('--json', 'print one JSON object')
    .action(async (to: number | undefined, { json, ...options }: RollbackOptions, command: Command) => {
      const request = { ...options, ...(to === undefined ? {} : { to }), by: userInfo().username }
      await change(command, { rollback: request }, json === true)
    })
}

async function change(command: Command, what: Parameters<typeof tell>[1], json: boolean): Promise<void> {
  const { DOORMAN_DATA: data } = givenSettings(command, 'files')
  const result = await tell(data, what).catch((error: Error) => {
    throw error instanceof NoDoorman ? new Refusal(error.message) : error
  })
  show(json ? `${safeJson(result)}\n` : `${inWords(result).join('\n')}\n`)
  process.exitCode = result.ok ? EXIT.well : EXIT.no
}

function inWords(result: ReloadResult): string[] {
  const warnings = result.warnings.map((warning: Problem) => `${formatProblem(warning)} (warning)`)
  if (!result.ok) {
    const verdict = 'Refused; the revision that decided before still decides.'
    return [...result.problems.map(formatProblem), ...warnings, verdict]
  }
  const name = result.number === null ? result.revision : `${result.number} (${result.revision})`
  if (!result.changed) return [...warnings, `Nothing has changed: revision ${name} decides already.`]
  const changes = result.changes.map(({ text }) => `  ${text}`)
  const replay = result.replay === null ? [] : [result.replay]
  return [...warnings, ...replay, `Revision ${name} decides from now on:`, ...changes]
}

function share(text: string): number {
  try {
    return parseShare(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError('Give the number of a revision, such as 12.')
  return Number(text)
}
