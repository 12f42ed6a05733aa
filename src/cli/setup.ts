import { accessSync, constants, existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { readSettings } from '../settings/index.js'
import { applyPlan, applyUndo } from '../setup/apply.js'
import { asteriskConsole, type Console, DEFAULT_FOLDER } from '../setup/console.js'
import { changedSince, stateOf } from '../setup/files.js'
import { type Findings, inspect, SERVICE, userNamed } from '../setup/inspect.js'
import { backupFile, readManifest } from '../setup/manifest.js'
import { type Prepared, prepare, stillConnected, unwritable } from '../setup/prepare.js'
import { describe, describeParts, missingModules, remaining } from '../setup/report.js'
import { showChange } from '../setup/show.js'
import { lookAt, type Part, type PartState, RELOAD, reload } from '../setup/take-effect.js'
import { planUndo } from '../setup/undo.js'
import { type ErrorCode, EXIT, print, Refusal } from './command.js'

interface Options {
  readonly asterisk: string
  readonly doorman: string
  readonly data: string
  readonly freepbx?: true
  readonly dryRun?: true
  readonly yes?: true
  readonly undo?: true
  readonly verbose?: true
}

const HELP = `
What it does, after it has shown every change and asked:
  - ARI and AMI users with fresh passwords, in files of their own that ari.conf
    and manager.conf include; it switches HTTP and AMI on where they are off
  - the generated contexts in extensions_doorman.conf, and a context that leads
    to them: from-doorman-trunk
  - settings.env and flows/routing.yaml in /etc/doorman: every call goes on as
    before
  - has Asterisk reload these parts, logs in, and says what did not take
No call changes until you give a trunk the context that it names at the end.
It can be run again at any time; --undo takes everything back.`

export function addSetup(program: Command): void {
  program
    .command('setup')
    .description('connect Doorman to the Asterisk of this machine, or undo that')
    .option('--undo', 'take back what setup has changed')
    .option('--dry-run', 'show what would be changed, and change nothing')
    .option('--yes', 'do not ask')
    .option('--verbose', 'show the generated dialplan, too')
    .option('--freepbx', 'for FreePBX, which setup recognizes as a rule: use its *_custom.conf files')
    .option('--asterisk <folder>', "Asterisk's configuration", DEFAULT_FOLDER)
    .option('--doorman <folder>', 'settings and flow files', '/etc/doorman')
    .option('--data <folder>', "Doorman's data, where the settings name none", '/var/lib/doorman')
    .addHelpText('after', HELP)
    .action(async (given: Options) => {
      const options = {
        ...given,
        asterisk: resolve(given.asterisk),
        doorman: resolve(given.doorman),
        data: resolve(given.data),
      }
      refuseUnreadable(options.asterisk)
      const console = asteriskConsole(options.asterisk)
      const findings = await inspect(options.asterisk, console, options.freepbx === true).catch(
        refuseOn('setup_refused', 'Nothing was changed.'),
      )
      process.exitCode = await (options.undo ? undo : setUp)(options, findings, console)
    })
}

async function setUp(options: Options, findings: Findings, console: Console): Promise<number> {
  const self = ownIdentity()
  const prepared = await prepare(findings, options, self).catch(
    refuseOn('setup_refused', 'Nothing was changed.'),
  )
  const { plan, entries, dialplan, isFirst, faults } = prepared
  print(describe(findings, entries, dialplan.text).join('\n'))
  refuseFaults(faults)
  const { changes } = plan
  for (const change of changes) print(`\n${showChange(change, options.verbose === true)}`)
  print(changes.length === 0 ? '\nThe files need no change.' : '')
  if (changes.length > 0 && !options.dryRun) refuseFaults([unwritable(plan, self) ?? []].flat())
  if (changes.length > 0 && !(await isWanted(options, `Make these ${changes.length} changes?`)))
    return unchanged(options)
  if (options.dryRun) return EXIT.ok
  refuseFaults(meanwhile(changes))
  if (changes.length > 0 || plan.folders.some(({ path }) => !existsSync(path))) {
    await applyPlan(plan, options.doorman, self).catch(refuseOn('setup_incomplete', INCOMPLETE))
    print(`Written. What was there before is kept in ${join(options.doorman, 'setup')}.`)
  }
  const isRight = await takeEffect(prepared, findings, console)
  if (!isRight) return EXIT.failed
  print(['', ...remaining(findings, entries, isFirst), '', ...next(options, prepared)].join('\n'))
  return EXIT.ok
}

const INCOMPLETE =
  'What is written so far does no harm. Run the command again when this is mended, or "doorman setup --undo".'

/** For `.catch`: what a file system refuses, with what that means; anything else is a defect. */
function refuseOn(code: ErrorCode, meaning: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    throw error.syscall === undefined ? error : new Refusal(code, `${error.message}.\n${meaning}`)
  }
}

function refuseUnreadable(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.X_OK)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const says = isMissing
      ? `There is no folder ${folder}. Name that of Asterisk's\nconfiguration: --asterisk <folder>.`
      : `This user cannot read ${folder}. Run this command as root.`
    throw new Refusal('setup_refused', says)
  }
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length === 0) return
  const list = faults.map((fault) => `  ${fault}`).join('\n')
  throw new Refusal(
    'setup_refused',
    `Nothing was changed. Mend this first, and run the command again:\n${list}`,
  )
}

/** Nobody's work is lost that was saved while this command waited for its answer. */
function meanwhile(files: Parameters<typeof changedSince>[0]): readonly string[] {
  return changedSince(files).map((path) => `${path} has changed since it was shown here.`)
}

/** Has Asterisk read what was changed, and says whether it took. */
async function takeEffect(
  { plan, places, dialplan }: Prepared,
  findings: Findings,
  console: Console,
): Promise<boolean> {
  if (!findings.isRunning) {
    print(
      '\nAsterisk is not running: the changes take effect when it starts. Then run this\ncommand again, and it looks whether they did.',
    )
    return true
  }
  const look = () => lookAt(readSettings({ env: {}, file: places.settingsFile }), dialplan)
  const changed = partsOf(plan.changes.map(({ path }) => path))
  // An earlier run may have been interrupted between writing and reloading.
  const before = changed.length > 0 ? [] : await look()
  const parts = changed.length > 0 ? changed : wrongParts(before)
  if (parts.length > 0) print(`\nAsterisk reloads: ${parts.flatMap((part) => RELOAD[part]).join(', ')}`)
  const states = parts.length > 0 ? await reload(parts, console, look) : before
  print(describeParts(states).join('\n'))
  const isRight = wrongParts(states).length === 0
  const missing = missingModules(findings, dialplan.text)
  if (missing.length > 0) print(howToLoad(missing))
  else if (!isRight) print('Restart Asterisk, and run this command again. "doorman doctor" tells more.')
  return isRight && missing.length === 0
}

function howToLoad(modules: readonly string[]): string {
  return [
    'These modules are not running, and Doorman needs them. Load them, and run this',
    'command again (modules.conf says which are loaded when Asterisk starts):',
    ...modules.map((name) => `  asterisk -rx 'module load ${name}'`),
  ].join('\n')
}

const wrongParts = (states: readonly PartState[]): readonly Part[] =>
  states.filter(({ isRight }) => !isRight).map(({ part }) => part)

/** The parts of Asterisk that read these files. */
function partsOf(paths: readonly string[]): readonly Part[] {
  const names = paths.map((path) => basename(path))
  const reads = (pattern: RegExp) => names.some((name) => pattern.test(name))
  return [
    ...(reads(/^(http|ari)(_.*)?\.conf$/) ? (['ari'] as const) : []),
    ...(reads(/^manager(_.*)?\.conf$/) ? (['ami'] as const) : []),
    ...(reads(/^extensions(_.*)?\.conf$/) ? (['dialplan'] as const) : []),
  ]
}

function next({ doorman }: Options, { places }: Prepared): readonly string[] {
  const command = doorman === '/etc/doorman' ? 'doorman' : `doorman --settings ${places.settingsFile}`
  const isService = existsSync('/lib/systemd/system/doorman.service')
  const asUser = userNamed(SERVICE) === undefined ? '' : `runuser -u ${SERVICE} -- `
  return [
    'Next, your rules, the service, and a look at the whole way of a call:',
    `  ${join(places.flows, 'routing.yaml')}`,
    isService ? '  systemctl enable --now doorman' : `  ${asUser}${command} run`,
    `  ${command} doctor`,
  ]
}

async function undo(options: Options, findings: Findings, console: Console): Promise<number> {
  const manifest = await readManifest(options.doorman).catch(
    refuseOn('setup_refused', 'Nothing was changed. Run this command as root.'),
  )
  if (manifest.files.length === 0) {
    print(`There is nothing to undo: ${join(options.doorman, 'setup')} has no record of a setup.`)
    return EXIT.ok
  }
  refuseFaults(stillConnected(findings))
  const originalOf = (path: string) => stateOf(backupFile(options.doorman, path))?.content
  const { steps, kept } = planUndo(manifest, stateOf, originalOf)
  for (const step of steps) print(`\n${showChange(step, options.verbose === true)}`)
  for (const path of kept) print(`\n${path}: has changed since, and stays.`)
  print('')
  if (!(await isWanted(options, `Undo these ${steps.length} changes?`))) return unchanged(options)
  refuseFaults(meanwhile(steps))
  await applyUndo(steps, manifest, options.doorman).catch(refuseOn('setup_incomplete', INCOMPLETE))
  const parts = partsOf(steps.map(({ path }) => path))
  const commands = findings.isRunning ? parts.flatMap((part) => RELOAD[part]) : []
  for (const command of commands) await console.command(command)
  print(`Undone.${commands.length === 0 ? '' : ` Asterisk has reloaded: ${commands.join(', ')}.`}`)
  return EXIT.ok
}

/** Without a terminal there is no one to ask. */
async function isWanted({ dryRun, yes }: Options, question: string): Promise<boolean> {
  if (dryRun) return false
  if (yes) return true
  if (!process.stdin.isTTY) throw new Refusal('usage', 'Nothing was changed: without a terminal, add --yes.')
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // Ctrl-C and Ctrl-D reject, and leave the cursor where it is.
  const answer = await lines.question(`${question} [y/N] `).catch(() => print('') ?? '')
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

function unchanged({ dryRun }: Options): number {
  print('Nothing was changed.')
  return dryRun ? EXIT.ok : EXIT.failed
}

function ownIdentity() {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
}
