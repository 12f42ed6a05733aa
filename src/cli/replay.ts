import { compile } from '../flows/compile.js'
import { findCalls } from '../history/recorded-calls.js'
import { changedShare, formatReplay, replay } from '../history/replay.js'
import { withFilesOf } from '../revisions/revision-files.js'
import {
  type DoormanCommand,
  EXIT,
  parseCount,
  parseShareOption,
  printResult,
  withRevision,
} from './command.js'
import { storedOutside, storeIn } from './stored.js'

interface Options {
  readonly last: number
  readonly maxChange?: number
  readonly json?: true
}

export function addReplay(program: DoormanCommand): void {
  program
    .command('replay')
    .description('decide recorded calls by the flow files and say how many would change')
    .option('--last <calls>', 'how many of the newest recorded calls', parseCount, 10_000)
    .takes('flows', 'data')
    .option('--max-change <share>', 'exit 1 if more than this share would change, as 1%', parseShareOption)
    .takes('json')
    .does('files', async (settings, options: Options) => {
      const store = storeIn(settings)
      const active = (await store.revisions()).at(-1)
      const compiled = active && (await withFilesOf(store, active, compile))
      const current = compiled?.ok ? compiled.revision : undefined
      const result = await withRevision(settings.DOORMAN_FLOWS, async (candidate, functions) => {
        const outside = await storedOutside(settings, candidate)
        const calls = findCalls(store, { limit: options.last })
        return replay(calls, { candidate, current, functions, outside })
      })
      const [call] = result.groups[0]?.examples ?? []
      printResult(
        options,
        result,
        formatReplay(result),
        call && `doorman why ${call} says where it went until now`,
      )
      const isRefused = result.calls === 0 && result.masked > 0
      return isRefused || changedShare(result) > (options.maxChange ?? 1) ? EXIT.failed : EXIT.ok
    })
}
