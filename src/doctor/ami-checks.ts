import type { AmiSession } from '../asterisk/ami/session.js'
import { MOST_REQUESTS } from '../asterisk/ari/http.js'
import { type Check, checkWith, fault, info, listed, ok, type Result, sentence, warning } from './check.js'

const AMI_REMEDY =
  'Check DOORMAN_AMI_HOST, DOORMAN_AMI_PORT, DOORMAN_AMI_USERNAME and DOORMAN_AMI_SECRET against manager.conf ' +
  '(enabled=yes, bindaddr, port and the user with its permit lines). Checks that need AMI were skipped.'

export const AMI: Check = {
  name: 'AMI',
  remedy: AMI_REMEDY,
  async run({ ami, settings }) {
    if (ami instanceof Error) return fault(sentence(ami.message), AMI_REMEDY)
    return ok(`It answers and accepts ${settings.DOORMAN_AMI_USERNAME}.`)
  },
}

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

export const AMI_RIGHTS = checkWith(['ami'], 'AMI rights', AMI_REMEDY, async ({ ami, settings }) => {
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
  if (!/no such channel/i.test(refusal)) {
    const says = `Whether ${user} may set variables is unclear: Setvar on a channel that does not exist was not refused.`
    return warning(says, remedy)
  }
  const more = powersOf(await allowedActions(ami))
  if (more.length > 0) return warning(`${user} may do more than Doorman needs: ${listed(more)}.`, remedy)
  return ok(
    `${user} has the class call: it may set variables, and not originate calls, run commands or change the configuration.`,
  )
})

const NEEDED_OF_ADMIN = ['reload', 'showdialplan', 'getconfig']

/** The second user is optional; one that is given and wrong is a fault. */
export const AMI_ADMIN: Check = {
  name: 'AMI admin',
  remedy: AMI_REMEDY,
  async run({ ami, admin, dialplan, settings }) {
    const user = settings.DOORMAN_AMI_ADMIN_USERNAME
    if (admin === undefined) {
      const says =
        'No second AMI user is given. Not checked without it: endpoints, entries, loops, two time limits.'
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
    return ok(`${user} may reload the dialplan and read the configuration.`)
  },
}

/** A check of an option in [general] of a file, which only the second user can read. */
function optionCheck(
  name: string,
  [filename, option]: readonly [string, string],
  remedy: string,
  check: (value: string | undefined) => Result,
): Check {
  return checkWith(['ari', 'admin'], name, remedy, async ({ admin }) => {
    // Of [general] only: other sections of ari.conf hold passwords.
    const answer = await admin.action({ action: 'GetConfig', filename, category: 'general' })
    const values = Object.entries(answer).flatMap(([key, line]) => {
      const [name = '', ...value] = line.split('=')
      return key.startsWith('line-') && name.trim().toLowerCase() === option ? [value.join('=').trim()] : []
    })
    // Of two lines for one option Asterisk takes the later.
    return check(values.at(-1))
  })
}

/** Doorman's own: requests at once, those by which ari-client loads ARI's description, and the WebSocket. */
const OWN_SESSIONS = 2 * MOST_REQUESTS + 1
const ENOUGH_SESSIONS = 50
const DEFAULT_SESSIONS = 100

const SESSIONS_REMEDY =
  `sessionlimit in [general] of http.conf should be ${ENOUGH_SESSIONS} or more (default: ${DEFAULT_SESSIONS}), as ` +
  'idle connections of every ARI program count; then restart Asterisk.'

export const HTTP_SESSIONS = optionCheck(
  'HTTP sessions',
  ['http.conf', 'sessionlimit'],
  SESSIONS_REMEDY,
  (value) => {
    const limit = Number(value ?? DEFAULT_SESSIONS)
    const shown = `sessionlimit is ${value ?? `${limit}, the default`}`
    if (limit >= ENOUGH_SESSIONS) return ok(`${shown}.`)
    const says = `${shown}, and Doorman alone uses up to ${OWN_SESSIONS}; requests beyond it hang.`
    return (limit > OWN_SESSIONS ? warning : fault)(says, SESSIONS_REMEDY)
  },
)

const DEFAULT_WRITE_MS = 100
const WRITE_REMEDY =
  `websocket_write_timeout in [general] of ari.conf should be ${DEFAULT_WRITE_MS} (milliseconds, the default) or ` +
  'more: after one write that takes longer Asterisk sends Doorman no events.'

export const WEBSOCKET_TIMEOUT = optionCheck(
  'WebSocket timeout',
  ['ari.conf', 'websocket_write_timeout'],
  WRITE_REMEDY,
  (value) => {
    const shown = `websocket_write_timeout is ${value === undefined ? `${DEFAULT_WRITE_MS} ms, the default` : `${value} ms`}`
    if (Number(value ?? DEFAULT_WRITE_MS) >= DEFAULT_WRITE_MS) return ok(`${shown}.`)
    return warning(`${shown}, which is short.`, WRITE_REMEDY)
  },
)

export async function variable(ami: AmiSession, name: string): Promise<string> {
  return (await ami.action({ action: 'Getvar', variable: name })).value ?? ''
}

/** Doorman's records are in UTC, but an admin compares them with the clock of the machine. */
const STRFTIME_REMEDY = 'Load func_strings.so, which has STRFTIME.'
export const TIME_ZONE = checkWith(['ami'], 'time zone', STRFTIME_REMEDY, async ({ ami }) => {
  const theirs = await variable(ami, `STRFTIME(${Math.floor(Date.now() / 1_000)},,%z)`)
  const own = /GMT([+-]\d{4})/.exec(`${new Date()}`)?.[1] ?? ''
  if (!/^[+-]\d{4}$/.test(theirs)) throw new Error('Asterisk has no STRFTIME')
  if (theirs === own) return ok(`Doorman and the PBX are both at UTC${own}.`)
  const says = `The PBX is at UTC${theirs}, Doorman at UTC${own}: their logs show different hours.`
  return warning(says, 'Give both the same zone (timedatectl set-timezone, or TZ for a service).')
})
