import type { Command } from 'commander'
import { type ReloadOutcome, reloadDialplan } from '../asterisk/ami/dialplan.js'
import { DialplanFileError, writeDialplanFile } from '../asterisk/dialplan/file.js'
import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { dialplanFor } from '../call/passed-facts.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { adminAccess, amiAccess, applicationsOf, type Settings } from '../settings/index.js'
import { FLOWS_OPTION, print, Refusal, settingsFor } from './command.js'

interface Options {
  readonly write?: string
  readonly reload: boolean
}

export function addDialplan(program: Command): void {
  program
    .command('dialplan')
    .description('generate the contexts doorman, doorman-go and doorman-fallback')
    .option(...FLOWS_OPTION)
    .option('--write <file>', 'write them to a file, reload the dialplan and read back that it took')
    .option('--no-reload', 'with --write: only write')
    .action(async (options: Options, command: Command) => {
      const settings = settingsFor(command, 'files')
      const compiled = await compile(settings.DOORMAN_FLOWS)
      if (!compiled.ok) throw new FlowFilesError(compiled.problems)
      const generated = dialplanFor(applicationsOf(settings), compiled.revision)
      // Byte for byte: Asterisk reads it.
      if (options.write === undefined) return void process.stdout.write(generated.text)
      await write(options.write, generated, options.reload ? settings : undefined)
    })
}

/** @throws Refusal unless the written text runs; without `settings` the file is enough. */
async function write(
  file: string,
  generated: GeneratedDialplan,
  settings: Settings | undefined,
): Promise<void> {
  const result = await writeDialplanFile(file, generated.text).catch((error: Error) => {
    throw error instanceof DialplanFileError ? new Refusal('dialplan_not_written', error.message) : error
  })
  const wasWritten = result === 'written'
  print(wasWritten ? `${file}: written.` : `${file}: unchanged, so it was not written.`)
  if (settings === undefined) return
  const user = settings.DOORMAN_AMI_SECRET === undefined ? undefined : amiAccess(settings)
  report(await reloadDialplan(generated, { wasWritten, user, admin: adminAccess(settings) }), file)
}

const BY_HAND = 'asterisk -rx "dialplan reload"'

function report(result: ReloadOutcome, file: string): void {
  switch (result.kind) {
    case 'runs-already':
      print('Asterisk runs it already; its dialplan was not reloaded.')
      return
    case 'reloaded':
      print('Asterisk has reloaded its dialplan and runs what was written.')
      return
    case 'no-admin':
      throw new Refusal(
        'dialplan_not_reloaded',
        `The dialplan was not reloaded, and ${result.state}.\n` +
          `Run  ${BY_HAND}  and then  doorman doctor.  Or set DOORMAN_AMI_ADMIN_SECRET for the user doorman-admin ` +
          'of manager.conf, and this command does both. --no-reload only writes.',
      )
    case 'refused':
      throw new Refusal('dialplan_not_reloaded', `${result.message}\nThe file is written; run  ${BY_HAND}`)
    case 'did-not-take':
      throw new Refusal('dialplan_not_running', didNotTake(result.state, file))
  }
}

function didNotTake(state: Extract<ReloadOutcome, { kind: 'did-not-take' }>['state'], file: string): string {
  if (state.state === 'missing') {
    const names = state.contexts.map((name) => `[${name}]`).join(', ')
    return (
      `Asterisk has reloaded its dialplan, and does not have ${names}: ${file} is not included.\n` +
      `Add  #tryinclude "${file}"  to extensions.conf (on the machine of the PBX, where Asterisk can read it), and ` +
      'run this command again.'
    )
  }
  const more = state.differences.length - 5
  return [
    `Asterisk has reloaded its dialplan, and runs something else than ${file} says:`,
    ...state.differences.slice(0, 5).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Another file has these contexts, too, or extensions.conf includes another copy of this one. Remove that',
    '(asterisk -rx "dialplan show doorman" shows what runs), and run this command again.',
  ].join('\n')
}
