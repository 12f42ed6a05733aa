import type { DialplanLocation } from '../pbx.js'
import {
  argumentsText,
  inPieces,
  LAYOUT_VERSION,
  MOST_LISTED,
  type PassedFacts,
  valueGroups,
} from './arguments.js'
import { FALLBACK, GO_CONTEXT } from './destination.js'
import {
  MESSAGE_CONTEXTS,
  messageContexts,
  offerLines,
  RESTORE_TIME_LIMIT,
  TIME_LIMIT,
  TIME_LIMIT_S,
} from './messages.js'
import { fingerprint } from './steps.js'

/** What the generated contexts depend on. */
export interface DialplanOptions {
  /** The Stasis applications of all instances at this PBX, in the order in which one without StasisBroadcast tries them. */
  readonly applications: readonly string[]
  readonly passed: PassedFacts
  /** Name of the flow under `otherwise`, for `DOORMAN_FLOW` on calls that Doorman did not decide. */
  readonly fallbackFlow: string
  /** Where that flow is; the extension `dialled` stands for the number that was dialled. */
  readonly fallback: DialplanLocation
  /** How often a call may come within so many seconds. */
  readonly visits?: { readonly most: number; readonly seconds: number; readonly inAll: number }
}

/** The contexts as text. */
export interface GeneratedDialplan {
  readonly text: string
  /**
   * The extension of `doorman-fallback` whose presence tells which text is running; asking for it needs no more rights
   * than Doorman has. A call that came to it would take the fallback.
   */
  readonly marker: string
}

export const GENERATED_CONTEXTS = ['doorman', GO_CONTEXT, FALLBACK.context, ...MESSAGE_CONTEXTS] as const

/** Characters of the name of a set of shared variables. */
export const SHARED_NAME_LENGTH = 7
export const SHARED_VARIABLE = 'DOORMAN_SET_'
/** A message has fewer headers as a rule; a line for all that may be listed costs each call more. */
const FEW_LISTED = 40
const VISITS = { most: 10, seconds: 30, inAll: 100 }
const FALLBACK_PLACE = 'doorman-fallback,s,1'
const TO_FALLBACK = `Goto(${FALLBACK_PLACE})`

/**
 * The contexts between the admin's dialplan and Doorman: `doorman` (entry), `doorman-go` (on to the flow),
 * `doorman-fallback`, and the subroutines of messages.ts. They use no application or function that Asterisk 16 lacks,
 * and work also while Doorman is gone.
 *
 * The rule for every line: a caller's text is copied by a `Set` of one variable, and read by name with FIELDQTY and
 * SHIFT. No function, expression, `MSet`, `ExecIf` or destination has it as an argument, as Asterisk looks for the end
 * of a function after it has put the value in.
 */
export function generateDialplan(options: DialplanOptions): GeneratedDialplan {
  const contexts = (mark: string) =>
    [
      ...[entryContext(options), GO, `${fallbackContext(options)}${mark}`],
      ...messageContexts(options.applications),
    ].join('\n')
  const marker = `dialplan_${fingerprint(contexts(''))}`
  const text = contexts(`; By this extension "doorman doctor" sees which text is running.
exten => ${marker},1,${TO_FALLBACK}
`)
  return { text: `${HEADING}\n${text}`, marker }
}

const HEADING = `; Written by "doorman dialplan --write": a change made here is lost when it is written again.
; Asterisk 16 and later. In extensions.conf:  #tryinclude "extensions_doorman.conf"
`

/** Of names it takes two letters or more: h, i, s and t have a meaning of their own. */
function entryContext(options: DialplanOptions): string {
  const { applications, passed, visits: { most, seconds, inAll } = VISITS } = options
  const offer = (label: string, listed: number) =>
    offerLines({ applications, label, args: argumentsText(passed, listed), otherwise: FALLBACK_PLACE })
  return `[doorman]
; Send a call here with  Goto(doorman,,1)  from a trunk's context. Nothing between the commas keeps the number
; that was dialled; written there as a variable, a comma in it would choose the location.
; A fallback of this entry alone:  Set(DOORMAN_FALLBACK=context,extension,priority)
exten => _[+*#0-9]!,1,Set(DOORMAN_DIALLED=\${EXTEN})
 same => n,GotoIf(\${DOORMAN_VISITS}?s,again:s,first)
exten => _[A-Za-z].,1,Set(DOORMAN_DIALLED=\${EXTEN})
 same => n,GotoIf(\${DOORMAN_VISITS}?s,again:s,first)
; A flow that wants its call decided again sends it to  Goto(doorman,s,1).
exten => s,1,GotoIf(\${DOORMAN_VISITS}?again)
; Stasis() waits for ever; the time limit takes the caller out, to T below. doorman-go gives back the old one.
 same => n(first),MSet(__DOORMAN_REMEMBERS=,__DOORMAN_VISITS=1,__DOORMAN_RECENT=1,__DOORMAN_SINCE=\${EPOCH},${TIME_LIMIT})
; Other channels have no SIP headers.
 same => n(enter),GotoIf($["\${CHANNEL(channeltype)}" != "PJSIP"]?other)
; The number and the headers, a line each, go to Doorman in pieces, percent-encoded: first how many, then the text
; up to each ")".
${valueLines(passed, '', (source) => `\${${source}}`)}
${toList(passed)}${offer('ask', 0)}
; Every header that begins with one of these. The n-th name of PJSIP_HEADERS(x) is that of
; PJSIP_HEADER(read,x*,n).
 same => n(list),Set(DOORMAN_COUNT=0)
 same => n,Set(DOORMAN_PREFIXES=${passed.prefixes.join(',')})
 same => n(prefix),Set(DOORMAN_PREFIX=\${SHIFT(DOORMAN_PREFIXES,\\,)})
 same => n,Set(DOORMAN_NAMES=\${PJSIP_HEADERS(\${DOORMAN_PREFIX})})
 same => n,Set(DOORMAN_AT=0)
 same => n(next),GotoIf(\${FIELDQTY(DOORMAN_NAMES,\\,)}?:done)
 same => n,GotoIf($[\${DOORMAN_COUNT} > ${MOST_LISTED}]?end)
 same => n,Set(DOORMAN_AT=$[\${DOORMAN_AT} + 1])
 same => n,Set(DOORMAN_COUNT=$[\${DOORMAN_COUNT} + 1])
 same => n,Set(DOORMAN_NAME=\${SHIFT(DOORMAN_NAMES,\\,)})
 same => n,Set(DOORMAN_VALUE_\${DOORMAN_COUNT}=\${PJSIP_HEADER(read,\${DOORMAN_PREFIX}*,\${DOORMAN_AT})})
 same => n,Set(DOORMAN_HEADER_\${DOORMAN_COUNT}=\${URIENCODE(\${SHIFT(DOORMAN_NAME,\\x29)})}=${inPieces('DOORMAN_VALUE_${DOORMAN_COUNT}')})
 same => n,Goto(next)
 same => n(done),GotoIf(\${FIELDQTY(DOORMAN_PREFIXES,\\,)}?prefix)
 same => n(end),GotoIf($[\${DOORMAN_COUNT} > ${FEW_LISTED}]?many)
${offer('few', FEW_LISTED)}
${offer('many', MOST_LISTED)}
${valueLines(passed, '(other)', (source) => (source === 'DOORMAN_DIALLED' ? `\${${source}}` : ''))}
 same => n,Goto(ask)
; A call that comes back: at most ${most} times within ${seconds} s, and ${inAll} times in all. Then Doorman sends it to the
; fallback; where that, too, leads back here, the call ends (480, as a 503 would make a carrier try elsewhere).
 same => n(again),GotoIf(\${DOORMAN_LIMIT}?loop)
 same => n,ExecIf($[\${EPOCH} - \${DOORMAN_SINCE} >= ${seconds}]?MSet(__DOORMAN_SINCE=\${EPOCH},__DOORMAN_RECENT=0))
 same => n,MSet(__DOORMAN_REMEMBERS=,__DOORMAN_VISITS=$[\${DOORMAN_VISITS} + 1],__DOORMAN_RECENT=$[\${DOORMAN_RECENT} + 1],${TIME_LIMIT})
 same => n,ExecIf($[\${DOORMAN_RECENT} > ${most} | \${DOORMAN_VISITS} > ${inAll}]?Set(__DOORMAN_LIMIT=1))
 same => n,Goto(enter)
 same => n(loop),Log(ERROR,Doorman: \${UNIQUEID} came back from the fallback and is hung up)
 same => n,Hangup(31)
; The time limit: Doorman does not answer.
exten => T,1,${TO_FALLBACK}
`
}

/** The way to the list: a repeated header is listed with all its repeats; for code flows, every header is. */
function toList({ listAlways, repeatable }: PassedFacts): string {
  if (listAlways) return ' same => n,Goto(list)\n'
  if (repeatable.length === 0) return ''
  return ` same => n,Set(DOORMAN_REPEATED=${repeatable.map((name) => `\${PJSIP_HEADER(read,${name},2)}`).join('')})
 same => n,GotoIf(\${FIELDQTY(DOORMAN_REPEATED,\\x29)}?list)
`
}

/** The values into variables, and those into pieces; `text` is that of a value. */
function valueLines(passed: PassedFacts, label: string, text: (source: string) => string): string {
  const lines = valueGroups(passed).map(({ variable, values }, index) => {
    const all = values.map(([, source]) => `${text(source)}\${URIDECODE(%0A)}`).join('')
    return ` same => n${index === 0 ? label : ''},Set(${variable}=${all})
 same => n,Set(DOORMAN_PASSED_${index + 1}=${inPieces(variable)})`
  })
  return lines.join('\n')
}

const SHARED_SET = `\${${SHARED_VARIABLE}\${EXTEN:1:${SHARED_NAME_LENGTH}}}`
const NUMBERS = '__DOORMAN_CALLER=${CUT(EXTEN,^,2)},__DOORMAN_CALLEE=${CUT(EXTEN,^,3)}'
const OWN_VARIABLES = `TIMEOUT(absolute)=0\${DOORMAN_TIME_LIMIT},${NUMBERS}`
const LOCATION = '${CUT(EXTEN,^,4)}'
/** A priority costs each call an event for every listener: a call without a greeting needs only the first of these. */
const ON_TO_FLOW = ` same => n,GotoIf($[\${DIALPLAN_EXISTS(${LOCATION})} & \${LEN(\${DOORMAN_PLAY})} = 0]?${LOCATION})
 same => n,Set(DOORMAN_TO=${LOCATION})
 same => n,GotoIf(\${DIALPLAN_EXISTS(\${DOORMAN_TO})}?greet,1:missing,1)`

/** All of the extension is Doorman's text: names from the flow files, and a number only where it is nothing else. */
const GO = `[${GO_CONTEXT}]
; Doorman sends a decided call here. Caller, callee and location travel in the extension, "=^caller^callee^location",
; and so arrive even if no variable could be set.
exten => _=.,1,MSet(${OWN_VARIABLES})
${ON_TO_FLOW}
; The same for a call whose other variables are in a global one; the end of its name comes first.
exten => _*.,1,GotoIf(\${LEN(${SHARED_SET})}?:lost)
 same => n,MSet(${SHARED_SET},${OWN_VARIABLES})
${ON_TO_FLOW}
; "dialplan reload" with clearglobalvars=yes has removed it: the call is decided again.
 same => n(lost),MSet(TIMEOUT(absolute)=0\${DOORMAN_TIME_LIMIT},DOORMAN_LOST=1)
 same => n,Goto(doorman,s,1)
; A greeting before the flow. DOORMAN_PLAY is before_flow or early: the caller hears early media, not answered.
; The time limit of Doorman is over here. PLAYBACKSTATUS is FAILED where the file is not there; the call goes on.
exten => greet,1,Set(DOORMAN_GREETING_STATUS=PLAYING)
 same => n,GotoIf($["\${DOORMAN_PLAY}" = "early"]?early)
 same => n,Answer()
 same => n,Playback(\${DOORMAN_GREETING})
 same => n,Goto(played)
 same => n(early),Progress()
; Progress() does not wait until audio can be sent (22.10): the first 20 ms would be lost.
 same => n,Wait(0.1)
 same => n,Playback(\${DOORMAN_GREETING},noanswer)
 same => n(played),MSet(__DOORMAN_GREETING_STATUS=\${PLAYBACKSTATUS},DOORMAN_PLAY=)
 same => n,Goto(\${DOORMAN_TO})
exten => missing,1,Log(WARNING,Doorman: \${DOORMAN_TO} is not in the dialplan - \${UNIQUEID} goes to the fallback)
 same => n,GotoIf(\${LEN(\${DOORMAN_INSTANCE})}?:fallback)
; Tells the instance that decided, so that the call's record says so; it sends the call to the fallback.
 same => n,Set(TIMEOUT(absolute)=${TIME_LIMIT_S})
 same => n,Stasis(\${DOORMAN_INSTANCE},${LAYOUT_VERSION}&MISSING=1&end)
 same => n(fallback),${TO_FALLBACK}
; In a greeting only a time limit of the dialplan's own can end: it ends the call.
exten => T,1,ExecIf($["\${DOORMAN_GREETING_STATUS}" = "PLAYING"]?Hangup())
 same => n,${TO_FALLBACK}
`

function fallbackContext({ fallback, fallbackFlow }: DialplanOptions): string {
  const extension = fallback.extension === 'dialled' ? '${DOORMAN_EXTENSION}' : fallback.extension
  const location = `${fallback.context},${extension},${fallback.priority}`
  return `[${FALLBACK.context}]
; Calls that Doorman did not decide, or could not send to their flow: the flow under "otherwise".
exten => s,1,${RESTORE_TIME_LIMIT}
 same => n,Log(NOTICE,Doorman: fallback for \${UNIQUEID}, STASISSTATUS "\${STASISSTATUS}")
 same => n,MSet(__DOORMAN_RULE=fallback,__DOORMAN_VIP=0,__DOORMAN_GREETING=,DOORMAN_EXTENSION=s)
; "dialled" stands for the number that was dialled, where it has no character with a meaning of its own.
 same => n,GotoIf($[\${FIELDQTY(DOORMAN_DIALLED,\\x29)} = 1]?:entry)
 same => n,GotoIf(\${REGEX("^[0-9A-Za-z+*#._-]+$" \${DOORMAN_DIALLED})}?:entry)
 same => n,Set(DOORMAN_EXTENSION=\${DOORMAN_DIALLED})
; The entry's own fallback, where it names one that is there: context, extension (s), priority (1).
 same => n(entry),GotoIf(\${FIELDQTY(DOORMAN_FALLBACK,\\,)}?:otherwise)
 same => n,GotoIf($[\${FIELDQTY(DOORMAN_FALLBACK,\\x29)} = 1]?:otherwise)
 same => n,GotoIf(\${REGEX("^[0-9A-Za-z+*#._,-]+$" \${DOORMAN_FALLBACK})}?:otherwise)
 same => n,Set(DOORMAN_TO=\${CUT(DOORMAN_FALLBACK,\\,,2)})
 same => n,ExecIf($["\${DOORMAN_TO}" = ""]?Set(DOORMAN_TO=s))
 same => n,ExecIf($["\${DOORMAN_TO}" = "dialled"]?Set(DOORMAN_TO=\${DOORMAN_EXTENSION}))
 same => n,Set(DOORMAN_PRIORITY=\${CUT(DOORMAN_FALLBACK,\\,,3)})
 same => n,ExecIf($["\${DOORMAN_PRIORITY}" = ""]?Set(DOORMAN_PRIORITY=1))
 same => n,Set(DOORMAN_TO=\${CUT(DOORMAN_FALLBACK,\\,,1)},\${DOORMAN_TO},\${DOORMAN_PRIORITY})
 same => n,GotoIf(\${DIALPLAN_EXISTS(\${DOORMAN_TO})}?\${DOORMAN_TO})
 same => n,Log(ERROR,Doorman: the fallback \${DOORMAN_TO} of this entry is not in the dialplan)
 same => n(otherwise),Set(__DOORMAN_FLOW=${fallbackFlow})
 same => n,GotoIf(\${DIALPLAN_EXISTS(${location})}?${location})
; Not even that is there: the caller hears that all lines are busy rather than nothing.
 same => n,Log(ERROR,Doorman: the fallback ${location} is not in the dialplan)
 same => n,Congestion(10)
exten => T,1,${TO_FALLBACK}
`
}
