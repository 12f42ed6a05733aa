import type { Command } from 'commander'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import { callsFolder } from '../history/call-files.js'
import { readCalls } from '../history/read-calls.js'
import { type ReplayResult, replay } from '../history/replay.js'
import { changedShare, groupWords, replayNotes, replaySentence } from '../history/replay-words.js'
import {
  EXIT,
  FLOWS_OPTION,
  JSON_OPTION,
  parseCount,
  parseShareOption,
  print,
  printJson,
  Refusal,
  settingsFor,
} from './command.js'

interface Options {
  readonly last: number
  readonly maxChange?: number
  readonly json?: true
}

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('decide recorded calls by the flow files and say how many would change')
    .option('--last <calls>', 'how many of the newest recorded calls', parseCount, 10_000)
    .option(...FLOWS_OPTION)
    .option('--max-change <share>', 'exit 1 if more than this share would change, as 1%', parseShareOption)
    .option(...JSON_OPTION)
    .action(async (options: Options, command: Command) => {
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = settingsFor(command, 'files')
      const { result, passedOver } = await replayFolder(folder, callsFolder(data), options)
      if (options.json) printJson({ ...result, passedOver })
      else print(format(result, passedOver))
      process.exitCode = changedShare(result) > (options.maxChange ?? 1) ? EXIT.failed : EXIT.ok
    })
}

async function replayFolder(folder: string, calls: string, { last, json }: Options) {
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
  process.stderr.write(`\r${calls.toLocaleString('en-US')} calls decided …\r`)
}

function unreadable(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
  throw new Refusal(
    'calls_unreadable',
    `The recorded calls cannot be read (${error.path}). Run this as the user that runs Doorman, or as root.`,
  )
}

function format(result: ReplayResult, passedOver: number): string {
  const groups = result.groups.flatMap((group) => [
    `${String(group.count).padStart(8)}  ${groupWords(group)}`,
    `${' '.repeat(10)}${group.examples.join(', ')}${group.count > group.examples.length ? ', …' : ''}`,
  ])
  const lines = passedOver === 1 ? '1 line was' : `${passedOver} lines were`
  const skipped = passedOver === 0 ? [] : [`${lines} skipped: torn, or not written by Doorman.`]
  return [replaySentence(result), ...groups, ...replayNotes(result), ...skipped].join('\n')
}
