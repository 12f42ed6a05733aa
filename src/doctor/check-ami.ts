import type { AdminFacts, AmiFacts, Facts, Finding, Known, SettingsFacts } from './facts.js'
import { checked, fault, listed, ok, sentence, warning } from './facts.js'

/** One action of each class, by which the class is recognized; the key is as ListCommands has it here. */
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
  '(enabled=yes, bindaddr, port and the user with its permit lines). Checks that need AMI were skipped.'

export function checkAmi({ ami, settings }: Facts): readonly Finding[] {
  const user = settings.amiUsername
  if ('unknown' in ami) return [fault('AMI', sentence(ami.unknown), AMI_REMEDY)]
  return [ok('AMI', `It answers and accepts ${user}.`), checkRights(ami.value, user)]
}

function checkRights({ setvar, actions }: AmiFacts, user: string): Finding {
  const remedy = `Give [${user}] write = call in manager.conf, then: asterisk -rx "manager reload"`
  if (setvar === 'denied')
    return fault('AMI rights', `${user} may not set variables: calls reach their flow without state.`, remedy)
  if (setvar === 'unclear') {
    const says = `Whether ${user} may set variables is unclear: Setvar on a channel that does not exist was not refused.`
    return warning('AMI rights', says, remedy)
  }
  const more = powersOf(actions)
  if (more.length > 0)
    return warning('AMI rights', `${user} may do more than Doorman needs: ${listed(more)}.`, remedy)
  return ok(
    'AMI rights',
    `${user} has the class call: it may set variables, and not originate calls, run commands or change the configuration.`,
  )
}

function powersOf(actions: Known<ReadonlySet<string>>, but?: string): readonly string[] {
  if ('unknown' in actions) return []
  return Object.entries(POWERS).flatMap(([action, name]) =>
    actions.value.has(action) && action !== but ? [name] : [],
  )
}

const NEEDED_OF_ADMIN = ['reload', 'showdialplan', 'getconfig']

/** The second user is optional; one that is given and wrong is a fault. */
export function checkAdmin({ admin, settings }: Facts): Finding {
  const user = settings.adminUsername
  if (admin === undefined) {
    const says = 'No second user is given: doorman dialplan --write cannot reload, and doctor checks less.'
    return ok('AMI admin', `${says} That is the safest.`)
  }
  if ('unknown' in admin) {
    const remedy = `Check DOORMAN_AMI_ADMIN_USERNAME and DOORMAN_AMI_ADMIN_SECRET against [${user}] in manager.conf.`
    return fault('AMI admin', sentence(admin.unknown), remedy)
  }
  return checkAdminRights(admin.value, settings)
}

function checkAdminRights({ actions }: AdminFacts, { adminUsername: user }: SettingsFacts): Finding {
  const remedy = `Give [${user}] write = config in manager.conf, then: asterisk -rx "manager reload"`
  const lacking = 'unknown' in actions ? [] : NEEDED_OF_ADMIN.filter((action) => !actions.value.has(action))
  if (lacking.length > 0) return fault('AMI admin', `${user} may not do ${listed(lacking)}.`, remedy)
  const more = powersOf(actions, 'updateconfig')
  if (more.length > 0)
    return warning('AMI admin', `${user} may do more than is needed: ${listed(more)}.`, remedy)
  return ok('AMI admin', `${user} may reload the dialplan and read the configuration.`)
}

/** Doorman's own: twenty requests at once, and the WebSocket. */
const OWN_SESSIONS = 21
const ENOUGH_SESSIONS = 50
const DEFAULT_SESSIONS = 100
const DEFAULT_WRITE_MS = 100

/** Two options that only the second AMI user can read. */
export function checkLimits({ admin, ari }: Facts): readonly Finding[] {
  if ('unknown' in ari) return []
  return [
    ...checked('HTTP sessions', optionOf(admin, 'sessionlimit'), SESSIONS_REMEDY, checkSessions),
    ...checked(
      'WebSocket timeout',
      optionOf(admin, 'websocketWriteTimeout'),
      WRITE_REMEDY,
      checkWriteTimeout,
    ),
  ]
}

function optionOf(admin: Facts['admin'], name: 'sessionlimit' | 'websocketWriteTimeout') {
  if (admin === undefined) return { unknown: 'that takes the second AMI user, DOORMAN_AMI_ADMIN_SECRET' }
  return 'unknown' in admin ? admin : admin.value[name]
}

const SESSIONS_REMEDY =
  `sessionlimit in [general] of http.conf should be ${ENOUGH_SESSIONS} or more (default: ${DEFAULT_SESSIONS}), as ` +
  'idle connections of every ARI program count; then restart Asterisk.'

function checkSessions(value: string | undefined): Finding {
  const limit = Number(value ?? DEFAULT_SESSIONS)
  const shown = `sessionlimit is ${value ?? `${limit}, the default`}`
  if (limit >= ENOUGH_SESSIONS) return ok('HTTP sessions', `${shown}.`)
  const says = `${shown}, and Doorman alone uses up to ${OWN_SESSIONS}; requests beyond it hang.`
  return (limit > OWN_SESSIONS ? warning : fault)('HTTP sessions', says, SESSIONS_REMEDY)
}

const WRITE_REMEDY =
  `websocket_write_timeout in [general] of ari.conf should be ${DEFAULT_WRITE_MS} (milliseconds, the default) or ` +
  'more: after one write that takes longer Asterisk sends Doorman no events.'

function checkWriteTimeout(value: string | undefined): Finding {
  const shown = `websocket_write_timeout is ${value === undefined ? `${DEFAULT_WRITE_MS} ms, the default` : `${value} ms`}`
  if (Number(value ?? DEFAULT_WRITE_MS) >= DEFAULT_WRITE_MS) return ok('WebSocket timeout', `${shown}.`)
  return warning('WebSocket timeout', `${shown}, which is short.`, WRITE_REMEDY)
}
