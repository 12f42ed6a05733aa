import { type Command, Option } from 'commander'
import { type DialplanState, lookForMarker, reloadDialplan } from '../asterisk/ami/dialplan.js'
import { type AmiSession, withAmi } from '../asterisk/ami/session.js'
import { writeDialplanFile } from '../asterisk/dialplan/file.js'
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

/** Where `doorman setup` puts them. */
const INSTALLED = '/etc/asterisk/extensions_doorman.conf'

export function addDialplan(program: Command): void {
  program
    .command('dialplan')
    .description('generate the contexts doorman, doorman-go and doorman-fallback')
    .option(...FLOWS_OPTION)
    .addOption(
      new Option(
        '--write [file]',
        'write them to a file, reload the dialplan and read back that it took',
      ).preset(INSTALLED),
    )
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

const BY_HAND = 'asterisk -rx "dialplan reload"'
const RUNS_ALREADY = 'Asterisk runs it already; its dialplan was not reloaded.'

/** @throws Refusal unless the written text runs; without `settings` the file is enough. */
async function write(
  file: string,
  generated: GeneratedDialplan,
  settings: Settings | undefined,
): Promise<void> {
  const isOld = (await writeDialplanFile(file, generated.text)) === 'unchanged'
  print(isOld ? `${file}: unchanged, so it was not written.` : `${file}: written.`)
  if (settings === undefined) return
  const admin = adminAccess(settings)
  if (admin === undefined) return refuseUnlessRunning(generated, settings)
  const reload = (session: AmiSession) => reloadDialplan(session, generated, isOld)
  const { wasReloaded, running } = await withAmi(admin, reload).catch((error: Error) => {
    const says = `The dialplan was not reloaded: ${error.message} (as ${admin.username}).`
    throw new Refusal('dialplan_not_reloaded', `${says}\nThe file is written; run  ${BY_HAND}`)
  })
  if (running.state !== 'current') throw new Refusal('dialplan_not_running', didNotTake(running, file))
  print(wasReloaded ? 'Asterisk has reloaded its dialplan and runs what was written.' : RUNS_ALREADY)
}

/** Without the user who may reload, what runs can only be recognized. */
async function refuseUnlessRunning(generated: GeneratedDialplan, settings: Settings): Promise<void> {
  let says = 'what runs is not known'
  // Commands that read files only need no secret.
  if (settings.DOORMAN_AMI_SECRET !== undefined) {
    const look = (session: AmiSession) => lookForMarker(session, generated)
    const running = await withAmi(amiAccess(settings), look).catch((error: Error) => error)
    if (running instanceof Error) says += `: ${running.message}`
    else if (running.state === 'current') return print(RUNS_ALREADY)
    else says = 'Asterisk runs something else than was written'
  }
  throw new Refusal(
    'dialplan_not_reloaded',
    `The dialplan was not reloaded, and ${says}.\n` +
      `Run  ${BY_HAND}  and then  doorman doctor.  Or set DOORMAN_AMI_ADMIN_SECRET for the user doorman-admin ` +
      'of manager.conf, and this command does both. --no-reload only writes.',
  )
}

function didNotTake(running: Exclude<DialplanState, { state: 'current' }>, file: string): string {
  if (running.state === 'missing') {
    const names = running.contexts.map((name) => `[${name}]`).join(', ')
    return (
      `Asterisk has reloaded its dialplan, and does not have ${names}: ${file} is not included.\n` +
      `Add  #tryinclude "${file}"  to extensions.conf (on the machine of the PBX, where Asterisk can read it), and ` +
      'run this command again.'
    )
  }
  const more = running.differences.length - 5
  return [
    `Asterisk has reloaded its dialplan, and runs something else than ${file} says:`,
    ...running.differences.slice(0, 5).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Another file has these contexts, too, or extensions.conf includes another copy of this one. Remove that',
    '(asterisk -rx "dialplan show doorman" shows what runs), and run this command again.',
  ].join('\n')
}
