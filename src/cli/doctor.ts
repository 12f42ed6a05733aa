import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { dialplanFor } from '../call/passed-facts.js'
import { addressFile, askInstance, isAddressHidden, readAddress } from '../control/client.js'
import { type Finding, fault, type InstanceState, type Subject, type Verdict } from '../doctor/check.js'
import { checkInstallation } from '../doctor/doctor.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { safeLine, wrapLine } from '../lib/text.js'
import { counted } from '../lib/units.js'
import { applicationsOf, type Settings, SettingsError, secretFiles } from '../settings/index.js'
import { type DoormanCommand, EXIT, printResult, settingsFor, settingsSource, widthOf } from './command.js'

interface Options {
  readonly json?: true
  readonly verbose?: true
}

export function addDoctor(program: DoormanCommand): void {
  program
    .command('doctor')
    .description('check the PBX, the settings and the flow files, and say what to do about each fault')
    .takes('flows', 'data')
    .option('--verbose', 'also say what was found to be right')
    .takes('json')
    .action(async (options: Options, command: Command) => {
      const findings = await findingsFor(command)
      const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length
      const [faults, warnings] = [count('fault'), count('warning')]
      printResult(options, { findings, faults, warnings, info: count('info') }, report(findings, options))
      process.exitCode = faults === 0 ? EXIT.ok : EXIT.failed
    })
}

async function findingsFor(command: Command): Promise<readonly Finding[]> {
  try {
    const settings = settingsFor(command, 'everything')
    return await checkInstallation({
      settings,
      flows: await flowsOf(settings),
      instance: await instanceState(settings.DOORMAN_DATA, settingsSource(command).file),
      secretFiles: secretFiles(settingsSource(command)),
    })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const remedy = 'Correct it in the environment or the settings file; nothing else was checked.'
    return error.problems.map((says) => ({ check: 'settings', ...fault(says, remedy) }))
  }
}

async function flowsOf(settings: Settings): Promise<Subject['flows']> {
  const compiled = await compile(settings.DOORMAN_FLOWS)
  if (!compiled.ok) return new FlowFilesError(compiled.problems)
  const { revision } = compiled
  return { revision, dialplan: dialplanFor(applicationsOf(settings), revision) }
}

/** Asks the Doorman that uses this data folder whether it is ready. */
async function instanceState(dataFolder: string, settingsFile?: string): Promise<InstanceState> {
  const address = await readAddress(dataFolder)
  if (address === undefined) return { state: (await isAddressHidden(dataFolder)) ? 'hidden' : 'none' }
  const { pid } = address
  try {
    const { ready, revision, problems } = await askInstance(address, '/ready')
    const { tables } = await askInstance(address, '/tables').catch(() => ({ tables: [] }))
    const hasOldSettings = writtenAt(settingsFile) > writtenAt(addressFile(dataFolder))
    return { state: 'answers', pid, ready, hasOldSettings, revision, problems, tables }
  } catch (error) {
    return { state: 'silent', says: (error as Error).message }
  }
}

/** Doorman writes its address when it starts. */
const writtenAt = (file = '') => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

const ORDER = ['fault', 'warning', 'info'] as const satisfies readonly Verdict[]

/** What is wrong comes first, and the sum last. */
function report(findings: readonly Finding[], { verbose }: Options): string {
  const of = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict)
  const wrong = ORDER.flatMap(of)
  const right = of('ok').filter(({ check }) => verbose || wrong.every((other) => other.check !== check))
  const names = right.map(({ check }) => check).join(', ')
  return [
    ...wrong.flatMap(format),
    ...(verbose ? right.flatMap(format) : right.length > 0 ? block('ok', `${names}.`) : []),
    summary(of('fault').length, of('warning').length),
  ].join('\n')
}

function format({ check, verdict, says, remedy }: Finding): readonly string[] {
  const lines = block(verdict, `${check}: ${says}`)
  return remedy === null ? lines : [...lines, ...block('       →', remedy)]
}

const COLUMNS = 80
const INDENT = 9

function block(head: string, text: string): readonly string[] {
  const width = Math.min(COLUMNS, widthOf(process.stdout))
  return wrapLine(head.padEnd(INDENT) + safeLine(text), width, INDENT)
}

function summary(faults: number, warnings: number): string {
  if (faults + warnings === 0) return 'OK: nothing is wrong.'
  if (faults === 0) return `OK: no fault, ${counted(warnings, 'warning')}.`
  return `${counted(faults, 'fault')}, ${counted(warnings, 'warning')}. Correct the faults and run doctor again.`
}
