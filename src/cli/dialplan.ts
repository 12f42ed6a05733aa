import type { Command } from 'commander'
import { DialplanFileError, writeDialplanFile } from '../asterisk/dialplan/dialplan-file.js'
import { bringIntoForce, type InForce } from '../asterisk/dialplan/dialplan-reload.js'
import { dialplanOf } from '../call/dialplan-of.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { applicationsOf, type Settings } from '../settings/index.js'
import { adminAccess, amiAccess } from '../settings/pbx-access.js'
import { EXIT, Refusal } from './exit.js'
import { givenSettings } from './given-settings.js'
import { pass, show } from './terminal.js'

interface DialplanCommand {
  readonly write?: string
  readonly reload: boolean
}

export function addDialplan(program: Command): void {
  program
    .command('dialplan')
    .description('print the contexts doorman, doorman-go and doorman-fallback for extensions_doorman.conf')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--write <file>', 'write them there, have Asterisk reload its dialplan, read back that it took')
    .option('--no-reload', 'with --write: only write; you reload the dialplan yourself')
    .action(async (options: DialplanCommand, command: Command) => {
      const settings = givenSettings(command, 'files')
      const compiled = await compile(settings.DOORMAN_FLOWS)
      if (!compiled.ok) throw new FlowFilesError(compiled.problems)
      const text = dialplanOf(applicationsOf(settings), compiled.revision)
      if (options.write === undefined) return pass(text)
      process.exitCode = await write(options.write, text, options.reload ? settings : undefined)
    })
}

/** Well means that what was written is what runs; without `settings` nobody is asked, and the file is enough. */
async function write(file: string, text: string, settings: Settings | undefined): Promise<number> {
  const done = await writeDialplanFile(file, text).catch((error: Error) => {
    throw error instanceof DialplanFileError ? new Refusal(error.message) : error
  })
  say(done === 'written' ? `${file}: written.` : `${file}: unchanged, so it was not written.`)
  if (settings === undefined) return EXIT.well
  const wasWritten = done === 'written'
  const result = await bringIntoForce(text, { wasWritten, ...accesses(settings) })
  const { said, isRunning } = report(result, file)
  if (isRunning) say(said)
  else throw new Refusal(said)
  return EXIT.well
}

function accesses(settings: Settings) {
  // The one command that can do without the secret: then it cannot see what runs.
  const isKnown = settings.DOORMAN_AMI_SECRET !== undefined
  return { user: isKnown ? amiAccess(settings) : undefined, admin: adminAccess(settings) }
}

function say(line: string): void {
  show(`${line}\n`)
}

const BY_HAND = 'asterisk -rx "dialplan reload"'

function report(result: InForce, file: string): { readonly said: string; readonly isRunning: boolean } {
  switch (result.kind) {
    case 'runs-already':
      return { said: 'Asterisk runs it already; its dialplan was not reloaded.', isRunning: true }
    case 'reloaded':
      return { said: 'Asterisk has reloaded its dialplan and runs what was written.', isRunning: true }
    case 'no-admin':
      return { said: `${notReloaded(result.state)}\n${withoutAdmin()}`, isRunning: false }
    case 'refused':
      return { said: `${result.message}\nThe file is in its place; run  ${BY_HAND}`, isRunning: false }
    case 'did-not-take':
      return { said: didNotTake(result.state, file), isRunning: false }
  }
}

function notReloaded(state: string): string {
  return `The dialplan was not reloaded, and ${state}.`
}

function withoutAdmin(): string {
  return (
    `Run  ${BY_HAND}  and then  doorman doctor.  Or set DOORMAN_AMI_ADMIN_SECRET for the user doorman-admin of ` +
    'manager.conf, and this command does both. --no-reload only writes.'
  )
}

function didNotTake(state: Extract<InForce, { kind: 'did-not-take' }>['state'], file: string): string {
  if (state.state === 'missing') {
    const names = state.contexts.map((name) => `[${name}]`).join(', ')
    return (
      `Asterisk has reloaded its dialplan, and does not have ${names}: ${file} is not included.\n` +
      `Add  #include "${file}"  to extensions.conf (on the machine of the PBX, where Asterisk can read it), and ` +
      'run this command again.'
    )
  }
  const shown = state.differences.slice(0, 5).map((line) => `  ${line}`)
  return [
    `Asterisk has reloaded its dialplan, and runs something else than ${file} says:`,
    ...shown,
    ...(state.differences.length > shown.length
      ? [`  and ${state.differences.length - shown.length} more`]
      : []),
    'Another file has these contexts, too, or extensions.conf includes another copy of this one. Take that away',
    '(asterisk -rx "dialplan show doorman" shows what runs), and run this command again.',
  ].join('\n')
}
