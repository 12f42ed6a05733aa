/**
 * Messages from the dialplan, not of SIP: a subroutine tells Doorman something, and the call goes on behind its Gosub.
 *
 *     Gosub(doorman-override,s,1(office,closed,1800)) ▶ doorman-message ─ Stasis ─▶ Doorman
 *                                  Return, DOORMAN_RESULT=ok ◀ doorman-message,ok ◀┘
 */
import type { DialplanLocation } from '../pbx.js'

/** What `DOORMAN_RESULT` says if Doorman answered; `unavailable` if it did not. */
export type MessageResult = 'ok' | 'refused'

/** A message as it was sent; `values` are clean, and empty where the Gosub has none. */
export interface Message {
  readonly kind: string
  readonly values: readonly string[]
}

const CONTEXT = 'doorman-message'
const UNAVAILABLE = 'unavailable,1'
/** What the kind and values are joined with; no value has it. */
const JOINT = '#'
const LEAD = `message${JOINT}`
const VALUE = /^[A-Za-z0-9_.+-]{0,64}$/

/** The channel variable that holds the message while Doorman is asked. */
export const MESSAGE_VARIABLE = 'DOORMAN_MESSAGE'
export const MESSAGE_CONTEXTS = [CONTEXT, 'doorman-override', 'doorman-remember'] as const

/** Where Doorman continues a channel that brought a message. */
export function resultLocation(result: MessageResult): DialplanLocation {
  return { context: CONTEXT, extension: result, priority: 1 }
}

/** The arguments of `Stasis()`: undefined for those of a call, and no kind for a message that is not clean. */
export function parseMessage(args: string): Message | undefined {
  if (!args.startsWith(LEAD)) return undefined
  const [kind = '', ...values] = args.slice(LEAD.length).split(JOINT)
  return [kind, ...values].every((value) => VALUE.test(value)) ? { kind, values } : { kind: '', values: [] }
}

export function messageContexts(applications: readonly string[]): readonly string[] {
  const args = `\${${MESSAGE_VARIABLE}}`
  return [
    `[${CONTEXT}]
; The subroutines below tell Doorman something and return; DOORMAN_RESULT then is ok, refused, or unavailable
; where Doorman does not answer. They take letters, digits and ._+- alone.
exten => s,1,MSet(${TIME_LIMIT})
${ifClean('DOORMAN_ARGUMENTS', 'refused,1')}
 same => n,Set(${MESSAGE_VARIABLE}=${LEAD}\${DOORMAN_ARGUMENTS})
${offerLines({ applications, label: 'message', args, otherwise: UNAVAILABLE })}
; The result comes back in the extension.
exten => _[a-z].,1,Set(DOORMAN_RESULT=\${EXTEN})
 same => n,Set(${MESSAGE_VARIABLE}=)
 same => n,${RESTORE_TIME_LIMIT}
 same => n,Return()
exten => T,1,Goto(${UNAVAILABLE})
`,
    `[doorman-override]
; An override of hours, for feature codes:  Gosub(doorman-override,s,1(office,closed,1800))  until 18:00.
exten => s,1,Set(DOORMAN_ARGUMENTS=${['override', '${ARG1}', '${ARG2}', '${ARG3}'].join(JOINT)})
 same => n,Goto(${CONTEXT},s,1)
`,
    `[doorman-remember]
; A value for the caller's next call:  Set(DOORMAN_REMEMBER_agent=1007)  Gosub(doorman-remember,s,1(agent))
exten => s,1,Set(DOORMAN_ARGUMENTS=)
${ifClean('ARG1', `${CONTEXT},s,1`)}
 same => n,Set(DOORMAN_ARGUMENTS=${REMEMBER.join(JOINT)})
 same => n,Goto(${CONTEXT},s,1)
`,
  ]
}

/** Doorman's own come first: a value with a JOINT in it, which `doorman-message` refuses, cannot take their place. */
const REMEMBER = [
  ...['remember', '${DOORMAN_CALLER}', '${DOORMAN_REMEMBERS}', '${ARG1}', '${DOORMAN_REMEMBER_${ARG1}}'],
]

/** Goes elsewhere unless a variable has nothing that Asterisk could parse. */
function ifClean(variable: string, elsewhere: string): string {
  return ` same => n,GotoIf($[\${FIELDQTY(${variable},\\x29)} = 1]?:${elsewhere})
 same => n,GotoIf(\${REGEX("^[0-9A-Za-z+*#._-]+$" \${${variable}})}?:${elsewhere})`
}

/** After so many seconds in Doorman, Asterisk takes a call out, to extension T of its context. */
export const TIME_LIMIT_S = 0.97
/** How long an instance has to claim a call, in milliseconds. */
const CLAIM_MS = 500

/** Pairs of an `MSet` that set the time limit and keep the one that there was. */
export const TIME_LIMIT = `DOORMAN_TIME_LIMIT=\${TIMEOUT(absolute)},TIMEOUT(absolute)=${TIME_LIMIT_S}`
/** The 0 stands for a variable that is not set. */
export const RESTORE_TIME_LIMIT = 'Set(TIMEOUT(absolute)=0${DOORMAN_TIME_LIMIT})'

interface Offer {
  /** Stasis applications, in the order in which a PBX without StasisBroadcast tries them. */
  readonly applications: readonly string[]
  readonly label: string
  /** The arguments of `Stasis()`, without a comma or colon. */
  readonly args: string
  /** Where the call goes on if no instance takes it. */
  readonly otherwise: string
}

/** The lines that offer the call to Doorman: to the one instance, or to several. */
export function offerLines({ applications, label, args, otherwise }: Offer): string {
  const [first, ...others] = applications
  if (others.length === 0)
    return ` same => n(${label}),Stasis(${first},${args})
 same => n,Goto(${otherwise})`
  const next = others.map(
    (instance) => ` same => n,GotoIf($["\${STASISSTATUS}" != "FAILED"]?${otherwise})
 same => n,Stasis(${instance},${args})`,
  )
  // StasisBroadcast chooses by a regular expression. It has no comma, which would end the argument. Asterisk loses the
  // offer of a call that JSON cannot describe; in Stasis() it is found without its event.
  return `; StasisBroadcast came with 20.17, 22.7 and 23.1; before, the instances are asked in order.
 same => n(${label}),GotoIf($[${HAS_BROADCAST}]?broadcast-${label})
 same => n(order-${label}),Stasis(${first},${args})
${next.join('\n')}
 same => n,Goto(${otherwise})
; The first instance to claim the call has it. One that hangs claims nothing.
 same => n(broadcast-${label}),StasisBroadcast(${CLAIM_MS},^(${applications.join('|')})$,${args})
; A call with a Call-ID or a caller number that is not UTF-8 cannot be offered.
 same => n,Goto(order-${label})`
}

const VERSION = '0${VERSION(ASTERISK_VERSION_NUM)}'
const HAS_BROADCAST = [
  `(${VERSION} >= 201700 & ${VERSION} < 210000)`,
  `(${VERSION} >= 220700 & ${VERSION} < 230000)`,
  `${VERSION} >= 230100`,
].join(' | ')
