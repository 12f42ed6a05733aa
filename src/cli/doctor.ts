import type { Command } from 'commander'
import { dialplanOf } from '../call/dialplan-of.js'
import { trunksNamed } from '../doctor/check-dialplan.js'
import { diagnose } from '../doctor/diagnose.js'
import { type Finding, type FlowFacts, fault, type SettingsFacts } from '../doctor/facts.js'
import { probe } from '../doctor/probe.js'
import { compile } from '../flows/compile.js'
import { safeLine } from '../lib/safe-text.js'
import {
  adminAccess,
  amiAccess,
  applicationsOf,
  ariAccess,
  type Settings,
  SettingsError,
} from '../settings/index.js'
import { EXIT, FLOWS_OPTION, JSON_OPTION, print, printJson, settingsFor } from './command.js'

/** The secret of every sample in asterisk-conf. */
const SAMPLE_SECRET = 'CHANGE-ME'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the PBX, the settings and the flow files, and say what to do about each fault')
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .action(async (options: { json?: true }, command: Command) => {
      const findings = await examine(command)
      const faults = findings.filter(({ verdict }) => verdict === 'fault').length
      const warnings = findings.filter(({ verdict }) => verdict === 'warning').length
      if (options.json) printJson({ findings, faults, warnings })
      else print([...findings.flatMap(format), summary(faults, warnings)].join('\n'))
      process.exitCode = faults === 0 ? EXIT.ok : EXIT.failed
    })
}

async function examine(command: Command): Promise<readonly Finding[]> {
  try {
    const settings = settingsFor(command, 'everything')
    const facts = await probe({
      settings: settingsFacts(settings),
      flows: await flowFacts(settings),
      ari: ariAccess(settings),
      ami: amiAccess(settings),
      admin: adminAccess(settings),
    })
    return diagnose(facts)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const remedy = 'Correct it in the environment or the settings file; nothing else was checked.'
    return error.problems.map((problem) => fault('settings', problem, remedy))
  }
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

async function flowFacts(settings: Settings): Promise<FlowFacts> {
  const folder = settings.DOORMAN_FLOWS
  const compiled = await compile(folder)
  if (!compiled.ok) return { ok: false, folder, problems: compiled.problems }
  const { id, routing, needsAttestation } = compiled.revision
  return {
    ...{ ok: true, folder, revision: id, needsAttestation },
    flows: [...routing.flows.values()],
    trunks: trunksNamed(routing),
    dialplan: dialplanOf(applicationsOf(settings), compiled.revision),
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
