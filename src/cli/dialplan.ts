import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Option } from 'commander'
import { type DialplanState, lookForMarker, reloadDialplan } from '../asterisk/ami/dialplan.js'
import { type AmiSession, withAmi } from '../asterisk/ami/session.js'
import { GENERATED_CONTEXTS, type GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { dialplanFor } from '../call/passed-facts.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { ifMissing, replaceFile } from '../lib/replace-file.js'
import { adminAccess, amiAccess, applicationsOf, type Settings } from '../settings/index.js'
import { type DoormanCommand, print, Refusal } from './command.js'

interface Options {
  readonly write?: string
  readonly reload: boolean
}

/** Where `doorman setup` puts them. */
const INSTALLED = '/etc/asterisk/extensions_doorman.conf'

export function addDialplan(program: DoormanCommand): void {
  program
    .command('dialplan')
    .description('generate the contexts doorman, doorman-go and doorman-fallback')
    .takes('flows')
    .addOption(
      new Option(
        '--write [file]',
        'write them to a file, reload the dialplan and read back that it took',
      ).preset(INSTALLED),
    )
    .option('--no-reload', 'with --write: only write')
    .does('files', async (settings, options: Options) => {
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

/**
 * Writes the generated contexts whole or not at all. An existing file keeps its mode and owner; a new one is readable
 * for all, as Asterisk must read it and no secret is in it. One that has the same text already is not touched.
 * @throws Refusal
 */
export async function writeDialplanFile(file: string, text: string): Promise<'written' | 'unchanged'> {
  const refuse = (why: string): never => {
    throw new Refusal('dialplan_not_written', `${file} ${why} Nothing was changed.`)
  }
  const unwritable = (error: Error) => refuse(`cannot be written: ${error.message}.`)
  const before = await readFile(file, 'utf8').catch(ifMissing(undefined)).catch(unwritable)
  if (before === text) return 'unchanged'
  // A slip of the file's name must not cost an admin the dialplan.
  const foreign = before?.split('\n').find(isForeign)
  if (foreign !== undefined)
    refuse(
      `holds more than the generated contexts ("${foreign.trim()}"), and all of it would be lost. ` +
        'Give a file of its own, such as extensions_doorman.conf, and #tryinclude it.',
    )
  await replaceFile(file, text).catch(unwritable)
  return 'written'
}

function isForeign(line: string): boolean {
  const context = /^\s*\[([^\]]+)\]/.exec(line)?.[1]
  const isOurs = context !== undefined && (GENERATED_CONTEXTS as readonly string[]).includes(context)
  return /^\s*#(include|exec|tryinclude)/.test(line) || (context !== undefined && !isOurs)
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
    const isBeside = existsSync(join(dirname(file), 'extensions.conf'))
    return (
      `Asterisk has reloaded its dialplan, and does not have ${names}: ${file} is not included.\n` +
      `Add  #tryinclude "${isBeside ? basename(file) : resolve(file)}"  to extensions.conf (on the machine of the PBX, where Asterisk can read it), and ` +
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
