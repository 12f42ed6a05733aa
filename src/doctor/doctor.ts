import { existsSync } from 'node:fs'
import { readRunningDialplan } from '../asterisk/ami/dialplan.js'
import { type AmiSession, withAmi } from '../asterisk/ami/session.js'
import { asteriskUser } from '../asterisk/config.js'
import { adminAccess, amiAccess, ariAccess, isLoopback, type Settings } from '../settings/index.js'
import { type Check, type Finding, type PbxFiles, type Subject, sentence, warning } from './check.js'
import * as dialplanChecks from './dialplan-checks.js'
import * as doormanChecks from './doorman-checks.js'
import * as fileChecks from './file-checks.js'
import * as pbxChecks from './pbx-checks.js'

/** In the order of the report: a cause before its effects. */
export const CHECKS: readonly Check[] = [
  doormanChecks.SETTINGS,
  doormanChecks.FLOW_FILES,
  doormanChecks.CALENDARS,
  fileChecks.ASTERISK_FILES,
  fileChecks.SECTIONS,
  fileChecks.DIALPLAN_FILE,
  fileChecks.GREETINGS,
  fileChecks.PASSWORD_FILES,
  pbxChecks.ARI,
  pbxChecks.ARI_RIGHTS,
  pbxChecks.VERSION,
  pbxChecks.MODULES,
  pbxChecks.AMI,
  pbxChecks.AMI_RIGHTS,
  pbxChecks.AMI_ADMIN,
  doormanChecks.INSTANCE,
  dialplanChecks.ENTRY_CONTEXTS,
  dialplanChecks.ENDPOINTS,
  dialplanChecks.ENTRIES,
  dialplanChecks.FLOW_CONTEXTS,
  dialplanChecks.LOOPS,
  dialplanChecks.TRUNKS,
  doormanChecks.TABLES,
  doormanChecks.LOOKUPS,
  doormanChecks.RETENTION,
  doormanChecks.FLEET,
]

/** What the command knows of an installation before it asks the PBX. */
export type Known = Pick<Subject, 'settings' | 'flows' | 'instance' | 'secretFiles'>

/** Connects to the PBX and runs checks; changes nothing on it, and never rejects. */
export async function checkInstallation(known: Known, checks = CHECKS): Promise<readonly Finding[]> {
  const { settings } = known
  const ari = await pbxChecks.connectAri(ariAccess(settings)).catch((error: Error) => error)
  const access = adminAccess(settings)
  const checked = async (ami: AmiSession | Error) => {
    const pbxFiles = await filesOf(settings, ami)
    const withAdmin = async (admin: Subject['admin']) => {
      const dialplan =
        admin === undefined || admin instanceof Error
          ? undefined
          : await readRunningDialplan(admin).catch((error: Error) => error)
      return runChecks({ ...known, ari, ami, admin, dialplan, pbxFiles }, checks)
    }
    return access === undefined ? withAdmin(undefined) : withAmi(access, withAdmin).catch(withAdmin)
  }
  return withAmi(amiAccess(settings), checked).catch(checked)
}

const USUAL_FOLDER = '/etc/asterisk'

/** Asterisk tells its own folder by a global variable (16.28, 22.10). */
async function filesOf(settings: Settings, ami: AmiSession | Error): Promise<PbxFiles | undefined> {
  if (!isLoopback(settings.DOORMAN_AMI_HOST)) return undefined
  const told = ami instanceof Error ? '' : await pbxChecks.variable(ami, 'ASTETCDIR').catch(() => '')
  const folder = told === '' ? USUAL_FOLDER : told
  return existsSync(folder) ? { folder, user: asteriskUser(folder) } : undefined
}

const UNCHECKED =
  'Check that the modules res_ari_….so, func_dialplan.so and func_pjsip_endpoint.so are loaded, and what the users in ' +
  'ari.conf and manager.conf may do.'

/** A check that fails itself is a warning. */
export async function runChecks(subject: Subject, checks = CHECKS): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    checks.map(async ({ name, run }) => {
      const results = await run(subject).catch((error: Error) =>
        warning(`This could not be checked: ${sentence(error.message)}`, UNCHECKED),
      )
      return [results].flat().map((result) => ({ check: name, ...result }))
    }),
  )
  return findings.flat()
}
