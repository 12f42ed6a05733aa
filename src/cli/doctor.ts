import type { Command } from 'commander'
import { dialplanFor } from '../call/passed-facts.js'
import { type Finding, fault } from '../doctor/check.js'
import { examine } from '../doctor/diagnose.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../flows/problem.js'
import { safeLine } from '../lib/safe-text.js'
import { applicationsOf, SettingsError } from '../settings/index.js'
import { EXIT, FLOWS_OPTION, JSON_OPTION, printResult, settingsFor } from './command.js'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the PBX, the settings and the flow files, and say what to do about each fault')
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }, command: Command) => {
      const findings = await findingsFor(command)
      const faults = findings.filter(({ verdict }) => verdict === 'fault').length
      const warnings = findings.filter(({ verdict }) => verdict === 'warning').length
      const lines = [...findings.flatMap(format), summary(faults, warnings)]
      printResult(options, { findings, faults, warnings }, lines.join('\n'))
      process.exitCode = faults === 0 ? EXIT.ok : EXIT.failed
    })
}

async function findingsFor(command: Command): Promise<readonly Finding[]> {
  try {
    const settings = settingsFor(command, 'everything')
    const compiled = await compile(settings.DOORMAN_FLOWS)
    if (!compiled.ok) return await examine(settings, new FlowFilesError(compiled.problems))
    const { revision } = compiled
    return await examine(settings, { revision, dialplan: dialplanFor(applicationsOf(settings), revision) })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const remedy = 'Correct it in the environment or the settings file; nothing else was checked.'
    return error.problems.map((says) => ({ check: 'settings', ...fault(says, remedy) }))
  }
}

function format({ check, verdict, says, remedy }: Finding): string[] {
  const line = safeLine(`${verdict.padEnd(8)} ${check.padEnd(18)} ${says}`)
  return remedy === null ? [line] : [line, safeLine(`${' '.repeat(27)} → ${remedy}`)]
}

function summary(faults: number, warnings: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
  return `${count(faults, 'fault')}, ${count(warnings, 'warning')}`
}
