import type { Command } from 'commander'
import { dialplanOf } from '../call/dialplan-of.js'
import { examine } from '../doctor/examine.js'
import type { FlowFacts, SettingsFacts } from '../doctor/facts.js'
import { type Finding, fault } from '../doctor/finding.js'
import { judge } from '../doctor/judge.js'
import { trunksNamed } from '../doctor/trunks-named.js'
import { type Compiled, compile } from '../flows/compile.js'
import { safeJson } from '../observability/log.js'
import { applicationsOf, type Settings, SettingsError } from '../settings/index.js'
import { adminAccess, amiAccess, ariAccess } from '../settings/pbx-access.js'
import { EXIT } from './exit.js'
import { givenSettings } from './given-settings.js'
import { show } from './terminal.js'

/** The secret of every sample in asterisk-conf. */
const SAMPLE_SECRET = 'CHANGE-ME'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'look at the PBX, the settings and the flow files, and say what is wrong and what to do about it',
    )
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: true }, command: Command) => {
      const findings = await diagnose(command)
      const faults = findings.filter(({ verdict }) => verdict === 'fault').length
      const warnings = findings.filter(({ verdict }) => verdict === 'warning').length
      if (options.json) show(`${safeJson({ findings, faults, warnings })}\n`)
      else show(report(findings, faults, warnings))
      process.exitCode = faults === 0 ? EXIT.well : EXIT.no
    })
}

async function diagnose(command: Command): Promise<readonly Finding[]> {
  try {
    return await diagnosePbx(givenSettings(command, 'everything'))
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const remedy = 'Put it right in the environment or the settings file; nothing else was looked at.'
    return error.problems.map((problem) => fault('settings', problem, remedy))
  }
}

async function diagnosePbx(settings: Settings): Promise<readonly Finding[]> {
  const compiled = await compile(settings.DOORMAN_FLOWS)
  const facts = await examine({
    settings: settingsFacts(settings),
    flows: flowFacts(settings.DOORMAN_FLOWS, compiled),
    dialplan: compiled.ok ? dialplanOf(applicationsOf(settings), compiled.revision) : undefined,
    ari: ariAccess(settings),
    ami: amiAccess(settings),
    admin: adminAccess(settings),
  })
  return judge(facts)
}

function settingsFacts(settings: Settings): SettingsFacts {
  const secrets = ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET', 'DOORMAN_AMI_ADMIN_SECRET'] as const
  return {
    ariUrl: settings.DOORMAN_ARI_URL,
    amiHost: settings.DOORMAN_AMI_HOST,
    amiUsername: settings.DOORMAN_AMI_USERNAME,
    adminUsername: settings.DOORMAN_AMI_ADMIN_USERNAME,
    application: settings.DOORMAN_APP,
    sampleSecrets: secrets.filter((name) => settings[name] === SAMPLE_SECRET),
  }
}

function flowFacts(folder: string, compiled: Compiled): FlowFacts {
  if (!compiled.ok) return { ok: false, folder, problems: compiled.problems }
  const { id, routing, needsAttestation } = compiled.revision
  return {
    ok: true,
    folder,
    revision: id,
    flows: [...routing.flows.values()],
    trunks: trunksNamed(routing),
    needsAttestation,
  }
}

function report(findings: readonly Finding[], faults: number, warnings: number): string {
  const lines = findings.flatMap(({ check, verdict, says, remedy }) => [
    `${verdict.padEnd(8)} ${check.padEnd(18)} ${printable(says)}`,
    ...(remedy === null ? [] : [`${' '.repeat(27)} → ${printable(remedy)}`]),
  ])
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
  return `${[...lines, `${count(faults, 'fault')}, ${count(warnings, 'warning')}`].join('\n')}\n`
}

/** What a PBX answers cannot steer the terminal. */
function printable(text: string): string {
  return JSON.parse(safeJson(text).replaceAll('\\u', '\\\\u')) as string
}
