import type { AmiSession } from '../asterisk/ami/session.js'
import { listed } from '../lib/text.js'
import { check, fault, info, ok, sentence, warning } from './check.js'

const AMI_REMEDY =
  'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against manager.conf ' +
  '(enabled=yes, bindaddr, port and the user with its permit lines). Checks that need AMI were skipped.'

export const AMI = check('AMI', [], async ({ ami, settings }) => {
  if (ami instanceof Error) return fault(sentence(ami.message), AMI_REMEDY)
  return ok(`It answers and accepts ${settings.DOORMAN_AMI_USERNAME}.`)
})

/** One action of each class, by which the class is recognized; the key is as ListCommands has it here. */
const POWERS: Readonly<Record<string, string>> = {
  command: 'Command (class command)',
  originate: 'Originate (class originate)',
  updateconfig: 'UpdateConfig (class config)',
  moduleload: 'ModuleLoad (class system)',
  agi: 'AGI (class agi)',
  messagesend: 'MessageSend (class message)',
}

/** Asterisk lists exactly the actions that the user's classes allow (16.28 and 22.10). */
async function allowedActions(session: AmiSession): Promise<readonly string[]> {
  return Object.keys(await session.action({ action: 'ListCommands' }))
}

function powersOf(actions: readonly string[], but?: string): readonly string[] {
  return Object.entries(POWERS).flatMap(([action, name]) =>
    actions.includes(action) && action !== but ? [name] : [],
  )
}

export const AMI_RIGHTS = check('AMI rights', ['ami'], async ({ ami, settings }) => {
  const user = settings.DOORMAN_AMI_USERNAME
  const remedy = `Give [${user}] write = call in manager.conf, then: asterisk -rx "manager reload"`
  // On a channel that does not exist, so that nothing changes.
  const setvar = {
    action: 'Setvar',
    channel: 'PJSIP/doorman-doctor-asks',
    variable: 'DOORMAN_DOCTOR',
    value: '1',
  }
  const refusal = await ami.action(setvar).then(
    () => '',
    (error: Error) => error.message,
  )
  if (/permission denied/i.test(refusal))
    return fault(`${user} may not set variables: calls reach their flow without state.`, remedy)
  if (!/no such channel/i.test(refusal)) throw new Error(refusal)
  const more = powersOf(await allowedActions(ami))
  if (more.length > 0) return warning(`${user} may do more than Doorman needs: ${listed(more)}.`, remedy)
  return ok(
    `${user} has the class call: it may set variables, and not originate calls, run commands or change the configuration.`,
  )
})

const NEEDED_OF_ADMIN = ['reload', 'showdialplan']

/** The second user is optional; one that is given and wrong is a fault. */
export const AMI_ADMIN = check('AMI admin', [], async ({ ami, admin, dialplan, settings }) => {
  const user = settings.DOORMAN_AMI_ADMIN_USERNAME
  if (admin === undefined) {
    const says = 'No second AMI user is given. Not checked without it: endpoints, entries, loops.'
    return info(
      says,
      'For this command alone, set DOORMAN_AMI_ADMIN_SECRET to the secret of [doorman-admin].',
    )
  }
  if (admin instanceof Error) {
    // AMI itself is down, which its own check says.
    if (ami instanceof Error && !admin.message.includes('refused the user')) return []
    const remedy = `Check DOORMAN_AMI_ADMIN_USERNAME and DOORMAN_AMI_ADMIN_SECRET against [${user}] in manager.conf.`
    return fault(sentence(admin.message), remedy)
  }
  const remedy = `Give [${user}] write = config in manager.conf, then: asterisk -rx "manager reload"`
  const actions = await allowedActions(admin)
  const lacking = NEEDED_OF_ADMIN.filter((action) => !actions.includes(action))
  if (lacking.length > 0) return fault(`${user} may not do ${listed(lacking)}.`, remedy)
  const more = powersOf(actions, 'updateconfig')
  if (more.length > 0) return warning(`${user} may do more than is needed: ${listed(more)}.`, remedy)
  if (dialplan instanceof Error)
    return warning(`The running dialplan could not be read: ${sentence(dialplan.message)}`, AMI_REMEDY)
  return ok(`${user} may reload the dialplan and read it.`)
})

export async function variable(ami: AmiSession, name: string): Promise<string> {
  return (await ami.action({ action: 'Getvar', variable: name })).value ?? ''
}
