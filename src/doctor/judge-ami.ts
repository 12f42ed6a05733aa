import type { AdminFacts, AmiFacts, Facts, Known, SettingsFacts } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { listed, sentence } from './words.js'

/** By one action of each class one sees that a user has it. The key is as ListCommands writes it here. */
const POWERS: Readonly<Record<string, string>> = {
  command: 'Command (class command)',
  originate: 'Originate (class originate)',
  updateconfig: 'UpdateConfig (class config)',
  moduleload: 'ModuleLoad (class system)',
  agi: 'AGI (class agi)',
  messagesend: 'MessageSend (class message)',
}

const AMI_REMEDY =
  'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against manager.conf ' +
  '(enabled=yes, bindaddr, port and the user with its permit lines). What hangs on AMI was not looked at.'

export function judgeAmi({ ami, settings }: Pick<Facts, 'ami' | 'settings'>): readonly Finding[] {
  const user = settings.amiUsername
  if ('unknown' in ami) return [fault('AMI', sentence(ami.unknown), AMI_REMEDY)]
  return [ok('AMI', `It answers and lets ${user} in.`), ...judgeRights(ami.value, user)]
}

function judgeRights({ setvar, actions }: AmiFacts, user: string): readonly Finding[] {
  const remedy = `Give [${user}] write = call in manager.conf, then: asterisk -rx "manager reload"`
  if (setvar === 'denied') {
    const says = `${user} may not set variables: calls reach their flow without any state.`
    return [fault('AMI rights', says, remedy)]
  }
  if (setvar === 'unclear') {
    const says = `Whether ${user} may set variables is unclear: Setvar on a channel of nobody was not refused as such.`
    return [warning('AMI rights', says, remedy)]
  }
  const more = powersOf(actions)
  if (more.length === 0)
    return [
      ok(
        'AMI rights',
        `${user} may set variables, and not originate calls, run commands or change the configuration.`,
      ),
    ]
  return [warning('AMI rights', `${user} may do more than Doorman needs: ${listed(more)}.`, remedy)]
}

function powersOf(actions: Known<ReadonlySet<string>>, but: readonly string[] = []): readonly string[] {
  if ('unknown' in actions) return []
  return Object.entries(POWERS).flatMap(([action, name]) =>
    actions.value.has(action) && !but.includes(action) ? [name] : [],
  )
}

const NEEDED_OF_ADMIN = ['reload', 'showdialplan', 'getconfig']

/** The second user is a convenience: no finding of it is worse than a warning, unless it was given and is wrong. */
export function judgeAdmin({ admin, settings }: Pick<Facts, 'admin' | 'settings'>): readonly Finding[] {
  if (admin === undefined) {
    const says = 'No second user is given: doorman dialplan --write cannot reload, and doctor sees less.'
    return [ok('AMI admin', `${says} That is as safe as it can be.`)]
  }
  const user = settings.adminUsername
  if ('unknown' in admin) {
    const remedy = `Check DOORMAN_AMI_ADMIN_USERNAME and DOORMAN_AMI_ADMIN_SECRET against [${user}] in manager.conf.`
    return [fault('AMI admin', sentence(admin.unknown), remedy)]
  }
  return [judgeAdminRights(admin.value, settings)]
}

function judgeAdminRights({ actions }: AdminFacts, { adminUsername: user }: SettingsFacts): Finding {
  const remedy = `Give [${user}] write = config in manager.conf, then: asterisk -rx "manager reload"`
  const lacking = 'unknown' in actions ? [] : NEEDED_OF_ADMIN.filter((action) => !actions.value.has(action))
  if (lacking.length > 0) return fault('AMI admin', `${user} may not do ${listed(lacking)}.`, remedy)
  const more = powersOf(actions, ['updateconfig'])
  if (more.length > 0)
    return warning('AMI admin', `${user} may do more than is needed: ${listed(more)}.`, remedy)
  return ok('AMI admin', `${user} may reload the dialplan and see the configuration.`)
}
