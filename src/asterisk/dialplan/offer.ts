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
