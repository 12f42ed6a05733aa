import { isUtf8 } from 'node:buffer'
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askInstance, type ControlAddress, findInstance, sendCommand } from '../control/client.js'
import type { CommandResult, ReloadRequest } from '../control/running-control.js'
import { type Compiled, compile } from '../flows/compile.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import { type RELOAD_CODES, type ReloadResult, unusable } from '../revisions/candidate.js'
import { draftProblem } from '../revisions/revision-files.js'
import { userName } from '../settings/index.js'
import { describeReport } from '../speech/greetings.js'
import { type DoormanCommand, EXIT, parseCount, parseShareOption, printResult, Refusal } from './command.js'

interface Options {
  readonly allowMissingContexts?: true
  readonly json?: true
}

const ALLOW_MISSING = [
  '--allow-missing-contexts',
  'accept flows whose context the dialplan lacks; their calls take the fallback',
] as const

export function addReload(program: DoormanCommand): void {
  type ReloadOptions = Options & {
    readonly flows?: string
    readonly maxChange?: number
    readonly wait?: true
  }
  program
    .command('reload')
    .description('have the running Doorman check and load its flow files, or a draft of them')
    .option('--flows <folder>', 'upload this draft, which decides until the flows folder is loaded again')
    .option('--max-change <share>', 'refuse if more recorded calls than this would change', parseShareOption)
    .option('--wait', 'wait until the greetings of the revision are rendered')
    .option(...ALLOW_MISSING)
    .takes('data', 'json')
    .does('files', async (settings, options: ReloadOptions) => {
      const { flows, maxChange, allowMissingContexts } = options
      const address = await findInstance(settings.DOORMAN_DATA)
      const body = { maxChange, allowMissingContexts, way: 'command', by: userName() } as const
      if (flows === undefined || (await isSameFolder(flows, address.flows)))
        return report(options, await sendReload(address, body, options))
      const draft = await compile(flows)
      if (!draft.ok) return report(options, { ok: false, ...unusable(draft.problems, draft.warnings) })
      const files = await textsOf(flows, draft)
      return report({ ...options, kept: KEPT }, await sendReload(address, { ...body, files }, options))
    })
}

const ASK_AGAIN_MS = 500

/** With `wait`, the result says how the rendering of greetings ended. */
async function sendReload(
  address: ControlAddress,
  request: ReloadRequest,
  { wait }: { readonly wait?: true },
): Promise<CommandResult> {
  const result = await sendCommand(address, '/reload', request)
  let { greetings } = result
  while (wait && result.ok && !greetings.done) {
    await sleep(ASK_AGAIN_MS)
    greetings = await askInstance(address, '/greetings')
  }
  return { ...result, greetings }
}

export function addRollback(program: DoormanCommand): void {
  type RollbackOptions = Options & { readonly to?: number }
  program
    .command('rollback')
    .description('have the running Doorman go back to the revision before, or to an earlier one')
    .option('--to <number>', 'of the revision, as "doorman revisions" lists it', parseCount)
    .option(...ALLOW_MISSING)
    .takes('data', 'json')
    .does('files', async (settings, options: RollbackOptions) => {
      const { to, allowMissingContexts } = options
      const address = await findInstance(settings.DOORMAN_DATA)
      const body = { to, allowMissingContexts, by: userName() }
      return report({ ...options, kept: KEPT + STILL }, await sendCommand(address, '/rollback', body))
    })
}

/** Whether both lead to one folder, which the user of this command may not be able to read. */
async function isSameFolder(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((folder) => realpath(folder).catch(() => resolve(folder))),
  )
  return a === b
}

/** The files of a draft as texts by name, since Doorman's user may not be able to read its folder. */
async function textsOf(folder: string, { files }: Compiled): Promise<Record<string, string>> {
  const root = await realpath(folder)
  const refuse = (why: string) => new Refusal('draft', `The draft ${folder} cannot be uploaded: ${why}.`)
  const problem = draftProblem(files)
  if (problem !== undefined) throw refuse(problem)
  const texts: Record<string, string> = {}
  for (const [name, content] of files) {
    // What a link leads to may be meant for the eyes of this user alone.
    if ((await realpath(join(folder, name))) !== join(root, name))
      throw refuse(`${name} is a symbolic link; put a copy of the file there`)
    if (!isUtf8(content)) throw refuse(`${name} is not UTF-8; save it as UTF-8`)
    texts[name] = content.toString()
  }
  return texts
}

const KEPT = 'It stays, also over restarts, until the flows folder is loaded again.'
const STILL = '\nThe files there are as they were: correct them before that.'

interface Asked extends Options {
  /** The draft that was uploaded. */
  readonly flows?: string
  /** Said of a revision that is not that of the flows folder. */
  readonly kept?: string
}

/** @param result a draft that is refused here has no greetings. */
function report(asked: Asked, result: ReloadResult | CommandResult): number {
  const next = result.ok ? undefined : nextAfter(result.problems, asked.flows)
  printResult(asked, result, format(result, asked).join('\n'), next)
  return result.ok ? EXIT.ok : EXIT.failed
}

function format(result: ReloadResult | CommandResult, { kept }: Asked): string[] {
  const greetings = 'greetings' in result ? describeReport(result.greetings) : undefined
  const warnings = result.warnings.map((warning) => `${formatProblem(warning)} (warning)`)
  if (!result.ok)
    return [
      'Refused: the active revision has not changed.',
      ...result.problems.map(formatProblem),
      ...warnings,
    ]
  const name = result.number === null ? result.revision : `${result.number} (${result.revision})`
  const changes = result.changes.map(({ text }) => `  ${text}`)
  const more = [result.replay, greetings && `${greetings}.`, result.changed && kept].filter(
    (line) => typeof line === 'string',
  )
  if (!result.changed)
    return [`Nothing has changed: revision ${name} is active already.`, ...more, ...warnings]
  const again = result.rollbackOf === null ? '' : `, which is revision ${result.rollbackOf} again,`
  return [`Revision ${name}${again} is active:`, ...changes, ...more, ...warnings]
}

/** What to do about problems of a reload. */
export function nextAfter(problems: readonly Problem[], flows?: string): string {
  const option = flows === undefined ? '' : ` --flows ${flows}`
  const has = (code: keyof typeof RELOAD_CODES) => problems.some((found) => found.code === code)
  if (has('reload.max_change')) return `doorman replay${option} says which calls`
  if (has('reload.not_stored')) return 'doorman revisions lists those that are stored'
  if (has('reload.location')) return `add it to the dialplan, then doorman reload${option}`
  return `mend the files, then doorman check${option}`
}
