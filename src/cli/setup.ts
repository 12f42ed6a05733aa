import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { userNamed } from '../asterisk/config.js'
import { readAddress } from '../control/client.js'
import type { Flows } from '../doctor/check.js'
import { ENTRY_CONTEXTS } from '../doctor/dialplan-checks.js'
import { checkInstallation } from '../doctor/doctor.js'
import { AMI, ARI } from '../doctor/pbx-checks.js'
import { ROUTING_FILE } from '../flows/compile.js'
import { INSTALLED_FOLDER, readSettings, type Settings } from '../settings/index.js'
import {
  applyPlan,
  applyUndo,
  type Change,
  changedSince,
  planUndo,
  readManifest,
  setupFolder,
} from '../setup/changes.js'
import {
  asteriskConsole,
  type Console,
  DEFAULT_FOLDER,
  type Findings,
  inspect,
  SERVICE,
} from '../setup/inspect.js'
import { placesIn } from '../setup/own-files.js'
import { type Prepared, prepare, stillConnected, unwritable } from '../setup/plan.js'
import { describe, missingModules, remaining, showChange } from '../setup/report.js'
import { EXIT, isAnsweredYes, print, Refusal, refuseOn } from './command.js'

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
    .option('--asterisk <folder>', "Asterisk's configuration", absolute, DEFAULT_FOLDER)
    .option('--doorman <folder>', 'settings and flow files', absolute, INSTALLED_FOLDER)
    .option('--data <folder>', "Doorman's data, where the settings name none", absolute, '/var/lib/doorman')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      if (!existsSync(options.asterisk)) {
        const says = `There is no folder ${options.asterisk}. Name that of Asterisk's\nconfiguration: --asterisk <folder>.`
        throw new Refusal('setup_refused', says)
      }
      const console = asteriskConsole(options.asterisk)
      const findings = await inspect(options.asterisk, console, options.freepbx === true).catch(refuse)
      const isDone = await (options.undo ? undo : setUp)(options, findings, console)
      process.exitCode = isDone ? EXIT.ok : EXIT.failed
    })
}

const absolute = (folder: string) => resolve(folder)

async function setUp(options: Options, findings: Findings, console: Console): Promise<boolean> {
  const prepared = await prepare(findings, options).catch(refuse)
  const { plan, entries, dialplan, isFirst, faults } = prepared
  print(describe(findings, entries, dialplan.text).join('\n'))
  refuseFaults(options.dryRun ? faults : [...faults, ...unwritable(plan)])
  const { changes } = plan
  if (changes.length === 0) print('\nThe files need no change.')
  else if (!(await isAgreed(options, changes, 'Make'))) return options.dryRun === true
  if (options.dryRun) return true
  if (changes.length > 0) {
    await applyPlan(plan, options.doorman).catch(refuseToGoOn)
    print(`Written. What was there before is kept in ${setupFolder(options.doorman)}.`)
  }
  if (!(await reloadAsterisk(prepared, findings, console))) return false
  print(['', ...remaining(findings, entries, isFirst), '', ...next(options, prepared)].join('\n'))
  return true
}

async function undo(options: Options, findings: Findings, console: Console): Promise<boolean> {
  const manifest = await readManifest(options.doorman).catch(refuse)
  if (manifest.files.length === 0) {
    print(`There is nothing to undo: ${setupFolder(options.doorman)} has no record of a setup.`)
    return true
  }
  refuseFaults(stillConnected(findings))
  const pid = await runningInstance(options)
  const { steps, kept } = planUndo(manifest)
  for (const path of kept) print(`${path}: has changed since, and stays.`)
  if (!(await isAgreed(options, steps, 'Undo'))) return options.dryRun === true
  await applyUndo(steps, manifest, options.doorman).catch(refuseToGoOn)
  const commands = findings.isRunning ? reloadsFor(steps) : []
  for (const command of commands) await console.command(command)
  print(`Undone.${commands.length === 0 ? '' : ` Asterisk has reloaded: ${commands.join(', ')}.`}`)
  if (pid !== undefined)
    print(`Doorman (process ${pid}) still runs, and may not log in any more. Stop it: ${STOP}`)
  return true
}

const STOP = 'systemctl disable --now doorman, or Ctrl-C where it was started by hand.'

/** The Doorman that uses the data folder. Settings with problems must not hold up an undo. */
async function runningInstance(options: Options): Promise<number | undefined> {
  const dataFolder = async () => placesIn(options).places.data
  const { pid } = (await readAddress(await dataFolder().catch(() => options.data))) ?? {}
  return pid !== undefined && existsSync(`/proc/${pid}`) ? pid : undefined
}

/** Shows all changes, and asks for them; without a terminal there is no one to ask. */
async function isAgreed(options: Options, changes: readonly Change[], verb: string): Promise<boolean> {
  for (const change of changes) print(`\n${showChange(change, options.verbose === true)}`)
  print('')
  if (options.dryRun || !(options.yes || (await isAnsweredYes(`${verb} these ${changes.length} changes?`)))) {
    print('Nothing was changed.')
    return false
  }
  // A file may have been saved while this command waited for its answer.
  refuseFaults(changedSince(changes).map((path) => `${path} has changed since it was shown here.`))
  return true
}

const refuse = refuseOn('setup_refused', 'Nothing was changed.')

const refuseToGoOn = refuseOn(
  'setup_incomplete',
  'What is written so far does no harm. Run the command again when this is mended, or "doorman setup --undo".',
)

function refuseFaults(faults: readonly string[]): void {
  if (faults.length === 0) return
  const list = faults.map((fault) => `  ${fault}`).join('\n')
  throw new Refusal(
    'setup_refused',
    `Nothing was changed. Mend this first, and run the command again:\n${list}`,
  )
}

/** The parts of Asterisk that setup changes: their files, what makes Asterisk read them again, and doctor's check. */
const PARTS = [
  {
    ...{ name: 'ARI', check: ARI, files: /^(http|ari)(_.*)?\.conf$/ },
    commands: ['module reload http', 'module reload res_ari.so'],
  },
  { name: 'AMI', check: AMI, files: /^manager(_.*)?\.conf$/, commands: ['manager reload'] },
  {
    ...{ name: 'dialplan', check: ENTRY_CONTEXTS, files: /^extensions(_.*)?\.conf$/ },
    commands: ['dialplan reload'],
  },
] as const
type Part = (typeof PARTS)[number]

/** How Asterisk reads these files again. */
function reloadsFor(changes: readonly Change[]): readonly string[] {
  const isRead = ({ files }: Part) => changes.some(({ path }) => files.test(basename(path)))
  return PARTS.filter(isRead).flatMap(({ commands }) => commands)
}

/** What each part does now, or why it does not do what it should. */
async function checkParts(settings: Settings, flows: Flows) {
  const known = { settings, flows, instance: { state: 'none' }, secretFiles: [] } as const
  const checks = PARTS.map(({ check }) => check)
  const findings = await checkInstallation(known, checks)
  return PARTS.map((part) => {
    const found = findings.find(({ check }) => check === part.check.name)
    return { ...part, says: found?.says ?? 'cannot be seen without AMI', isRight: found?.verdict === 'ok' }
  })
}

const TRIES = 10
const PAUSE_MS = 200

/** Has Asterisk read what was changed, and says whether it took. */
async function reloadAsterisk(
  { plan: { changes }, places, revision, dialplan }: Prepared,
  findings: Findings,
  console: Console,
): Promise<boolean> {
  if (!findings.isRunning) {
    print(
      '\nAsterisk is not running: the changes take effect when it starts. Then run this\ncommand again, and it looks whether they did.',
    )
    return true
  }
  const settings = readSettings({ env: {}, file: places.settingsFile })
  const check = () => checkParts(settings, { revision, dialplan })
  const isWrong = ({ isRight }: { readonly isRight: boolean }) => !isRight
  // An earlier run may have been interrupted between writing and reloading.
  let states = changes.length > 0 ? [] : await check()
  const commands =
    changes.length > 0 ? reloadsFor(changes) : states.filter(isWrong).flatMap(({ commands }) => commands)
  if (commands.length > 0) {
    print(`\nAsterisk reloads: ${commands.join(', ')}`)
    for (const command of commands) await console.command(command)
    states = await check()
  }
  // A server opens its port a moment after the command.
  for (let tried = 1; tried < TRIES && states.some(isWrong); tried++) {
    await sleep(PAUSE_MS)
    states = await check()
  }
  for (const { name, says, isRight } of states)
    print(`  ${isRight ? 'OK   ' : 'FAULT'} ${name.padEnd(9)} ${says}`)
  const missing = missingModules(findings, dialplan.text)
  if (missing.length > 0) print(howToLoad(missing))
  else if (states.some(isWrong))
    print('Restart Asterisk, and run this command again. "doorman doctor" tells more.')
  return missing.length === 0 && !states.some(isWrong)
}

function howToLoad(modules: readonly string[]): string {
  return [
    'These modules are not running, and Doorman needs them. Load them, and run this',
    'command again (modules.conf says which are loaded when Asterisk starts):',
    ...modules.map((name) => `  asterisk -rx 'module load ${name}'`),
  ].join('\n')
}

function next({ doorman }: Options, { places }: Prepared): readonly string[] {
  const command = doorman === INSTALLED_FOLDER ? 'doorman' : `doorman --settings ${places.settingsFile}`
  const isService = existsSync('/lib/systemd/system/doorman.service')
  const asUser = userNamed(SERVICE) === undefined ? '' : `runuser -u ${SERVICE} -- `
  return [
    'Next, start Doorman, and have the whole way of a call checked:',
    isService ? '  systemctl enable --now doorman' : `  ${asUser}${command} run`,
    `  ${command} doctor`,
    'Then write your rules, which a running Doorman loads when you save them:',
    `  ${join(places.flows, ROUTING_FILE)}`,
  ]
}
