import type { Command } from 'commander'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import { findCalls } from '../history/recorded-calls.js'
import { changedShare, formatReplay, replay } from '../history/replay.js'
import { StoreReader } from '../store/store.js'
import {
  EXIT,
  FLOWS_OPTION,
  JSON_OPTION,
  parseCount,
  parseShareOption,
  print,
  printJson,
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
      const result = await replayFolder(folder, data, options)
      if (options.json) printJson(result)
      else print(formatReplay(result))
      process.exitCode = changedShare(result) > (options.maxChange ?? 1) ? EXIT.failed : EXIT.ok
    })
}

async function replayFolder(folder: string, data: string, { last, json }: Options) {
  const functions = new FunctionRunner()
  try {
    const loaded = await loadRevision(folder, functions)
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    const recorded = findCalls(new StoreReader(data), { limit: last })
    const progress = process.stderr.isTTY && !json ? showProgress : () => undefined
    return await replay(recorded, { candidate: loaded.revision, functions, progress })
  } finally {
    await functions.stop()
  }
}

function showProgress(calls: number): void {
  process.stderr.write(`\r${calls.toLocaleString('en-US')} calls decided …\r`)
}
