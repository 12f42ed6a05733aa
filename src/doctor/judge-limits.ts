import type { AdminFacts, Facts, Known } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { sentence } from './words.js'

/** Doorman's own: twenty requests at once, and the WebSocket. */
const OUR_SESSIONS = 21
const ENOUGH_SESSIONS = 50
const DEFAULT_SESSIONS = 100
const DEFAULT_WRITE_MS = 100

/** Two options that ARI does not tell; they can be seen by the second AMI user only. */
export function judgeLimits({ admin, ari }: Pick<Facts, 'admin' | 'ari'>): readonly Finding[] {
  if ('unknown' in ari) return []
  return [
    judgeSessions(optionOf(admin, ({ sessionlimit }) => sessionlimit)),
    judgeWriteTimeout(optionOf(admin, ({ websocketWriteTimeout }) => websocketWriteTimeout)),
  ]
}

type Option = Known<string | undefined>

function optionOf(admin: Facts['admin'], pick: (facts: AdminFacts) => Option): Option {
  if (admin === undefined) return { unknown: 'that takes the second AMI user, DOORMAN_AMI_ADMIN_SECRET' }
  return 'unknown' in admin ? admin : pick(admin.value)
}

function judgeSessions(option: Option): Finding {
  const remedy =
    `sessionlimit in [general] of http.conf should be ${ENOUGH_SESSIONS} or more (it is ${DEFAULT_SESSIONS} unless ` +
    'given), as idle connections of every ARI program count; then restart Asterisk.'
  if ('unknown' in option)
    return warning('HTTP sessions', `sessionlimit cannot be seen: ${sentence(option.unknown)}`, remedy)
  const limit = Number(option.value ?? DEFAULT_SESSIONS)
  const how = option.value === undefined ? `${limit}, the default` : `${option.value}`
  if (limit >= ENOUGH_SESSIONS) return ok('HTTP sessions', `sessionlimit is ${how}.`)
  const says = `sessionlimit is ${how}, and Doorman alone takes up to ${OUR_SESSIONS}; what comes above it hangs.`
  return limit > OUR_SESSIONS ? warning('HTTP sessions', says, remedy) : fault('HTTP sessions', says, remedy)
}

function judgeWriteTimeout(option: Option): Finding {
  const remedy =
    `websocket_write_timeout in [general] of ari.conf should be ${DEFAULT_WRITE_MS} (milliseconds) or more, as it is ` +
    'unless given: after one write that takes longer Asterisk sends Doorman no event any more.'
  if ('unknown' in option) {
    const says = `websocket_write_timeout cannot be seen: ${sentence(option.unknown)}`
    return warning('WebSocket timeout', says, remedy)
  }
  const ms = Number(option.value ?? DEFAULT_WRITE_MS)
  const how = option.value === undefined ? `${ms} ms, the default` : `${option.value} ms`
  if (ms >= DEFAULT_WRITE_MS) return ok('WebSocket timeout', `websocket_write_timeout is ${how}.`)
  return warning('WebSocket timeout', `websocket_write_timeout is ${how}, which is short.`, remedy)
}
