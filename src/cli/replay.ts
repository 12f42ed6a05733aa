import { type Command, InvalidArgumentError } from 'commander'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import { callsFolder } from '../history/call-files.js'
import { readCalls } from '../history/read-calls.js'
import { type ReplayResult, replay } from '../history/replay.js'
import { changedShare, groupWords, replayNotes, replaySentence } from '../history/replay-words.js'
import { parseShare } from '../history/share.js'
import { safeJson } from '../observability/log.js'
import { EXIT, Refusal } from './exit.js'
import { givenSettings } from './given-settings.js'
import { pass, show } from './terminal.js'

interface ReplayCommandOptions {
  readonly last: number
  readonly maxChange?: number
  readonly json?: true
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('run recorded calls through the flow files and say how many would go elsewhere')
    .option('--last <calls>', 'how many of the newest recorded calls', parseCount, 10_000)
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--max-change <share>', 'exit 1 where more than this share would change, as 1%', shareOption)
    .option('--json', 'print one JSON object')
    .action(async (options: ReplayCommandOptions, command: Command) => {
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = givenSettings(command, 'files')
      const { result, passedOver } = await replayFolder(folder, callsFolder(data), options)
      if (options.json) show(`${safeJson({ ...result, passedOver })}\n`)
      else show(replayText(result, passedOver))
      process.exitCode = changedShare(result) > (options.maxChange ?? 1) ? EXIT.no : EXIT.well
    })
}

async function replayFolder(folder: string, calls: string, { last, json }: ReplayCommandOptions) {
  const functions = new FunctionRunner()
  try {
    const loaded = await loadRevision(folder, functions)
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    const recorded = readCalls(calls, { last })
    const progress = process.stderr.isTTY && !json ? showProgress : () => undefined
    const result = await replay(recorded, { candidate: loaded.revision, functions, progress }).catch(
      unreadable,
    )
    return { result, passedOver: recorded.passedOver }
  } finally {
    await functions.stop()
  }
}

function showProgress(calls: number): void {
  pass(`\r${calls.toLocaleString('en-US')} calls decided …\r`, process.stderr)
}

function unreadable(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
  throw new Refusal(
    `The recorded calls may not be read (${error.path}). Run this as the user that runs Doorman, or as root.`,
  )
}

function replayText(result: ReplayResult, passedOver: number): string {
  const groups = result.groups.flatMap((group) => [
    `${String(group.count).padStart(8)}  ${groupWords(group)}`,
    `${' '.repeat(10)}${group.examples.join(', ')}${group.count > group.examples.length ? ', …' : ''}`,
  ])
  const lines = passedOver === 1 ? '1 line was' : `${passedOver} lines were`
  const torn = passedOver === 0 ? [] : [`${lines} passed over: torn, or not written by Doorman.`]
  return [replaySentence(result), ...groups, ...replayNotes(result), ...torn, ''].join('\n')
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number of calls.')
  return Number(text)
}

function shareOption(text: string): number {
  try {
    return parseShare(text)
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
