import { dialplanSteps, fingerprint } from './dialplan-steps.js'
import { FALLBACK_PLACE, HAND_OVER_CONTEXT } from './hand-over.js'
import type { Place } from './pbx.js'

/** What the generated contexts depend on. */
export interface DialplanOptions {
  /** The Stasis application's name (`DOORMAN_APP`). */
  readonly application: string
  /** Name of the flow under `otherwise`, for `DOORMAN_FLOW` on calls that Doorman did not decide. */
  readonly fallbackFlow: string
  /** Where that flow is; an extension `dialled` keeps the number that was dialled. */
  readonly fallback: Place
}

/** After so many seconds in Doorman a caller is taken out of it into the fallback. */
export const TIME_LIMIT_S = 2

/** The generated contexts. */
export const DIALPLAN_CONTEXTS = ['doorman', HAND_OVER_CONTEXT, FALLBACK_PLACE.context] as const

/**
 * The three contexts between the admin's dialplan and Doorman: `doorman` (entry), `doorman-go` (hand-over)
 * and `doorman-fallback`. They use no application or function that Asterisk 16 lacks and no variable that
 * Doorman must have set: what they do, they do also when Doorman is gone.
 */
export function dialplan(options: DialplanOptions): string {
  const text = [heading(), entry(options), handOverContext(), fallbackContext(options)].join('\n')
  return `${text}${marker(text)}`
}

/**
 * The extension of `doorman-fallback` by whose being there the running dialplan says which text it was made of: so
 * it can be asked with no more rights than Doorman has. No call comes there; one that did would be in good hands.
 */
export function dialplanMarker(text: string): string {
  return `dialplan_${fingerprint(dialplanSteps(text).filter(({ extension }) => !isMarker(extension)))}`
}

function isMarker(extension: string): boolean {
  return /^dialplan_[0-9a-f]{12}$/.test(extension)
}

function marker(text: string): string {
  return `; By this one "doorman doctor" and "doorman dialplan --write" see which text is running.
exten => ${dialplanMarker(text)},1,Goto(${FALLBACK_PLACE.context},s,1)
`
}

/** The same for an application and the flows of a revision. */
export function dialplanFor(
  application: string,
  { flows, otherwise }: { readonly flows: ReadonlyMap<string, Place>; readonly otherwise: string },
): string {
  const fallback = flows.get(otherwise)
  if (fallback === undefined) throw new Error(`There is no flow ${otherwise}.`)
  return dialplan({ application, fallbackFlow: otherwise, fallback })
}

function heading(): string {
  return `; Written by "doorman dialplan": a change made here is lost when it is written again.
; Asterisk 16 and later. Include it from extensions.conf:  #include "extensions_doorman.conf"
`
}

/**
 * Patterns of the entry. A single letter is left out: \`h\`, \`i\`, \`s\` and \`t\` have a meaning of their own in
 * the dialplan, and \`h\` runs when the caller hangs up.
 */
const ENTRY_PATTERNS = ['_[+*#0-9]!', '_[A-Za-z].']

function entry({ application }: DialplanOptions): string {
  return `[doorman]
; The entry: send a call here with  Goto(doorman,,1)  from the context of any trunk. Nothing between the commas
; keeps the number that was dialled as it is; written there as a variable, a comma in it would choose the place.
${ENTRY_PATTERNS.map((pattern) => entryExtension(pattern, application)).join('\n')}
; A flow that wants its call decided again sends it to  Goto(doorman,s,1).
exten => s,1,GotoIf($["\${DOORMAN_DIALLED}" = ""]?doorman-fallback,s,1:doorman,\${DOORMAN_DIALLED},1)
; The time limit is up: Doorman hangs, or was stopped.
exten => T,1,Goto(doorman-fallback,s,1)
`
}

function entryExtension(pattern: string, application: string): string {
  return `exten => ${pattern},1,NoOp(Doorman: \${CHANNEL(name)} arrives)
; Only clean extensions go on: Asterisk loses the event of a call whose extension is not UTF-8.
 same => n,GotoIf($[\${LEN(\${FILTER(0-9A-Za-z+*#._\\-,\${EXTEN})})} != \${LEN(\${EXTEN})}]?doorman-fallback,s,1)
; Kept for flows with "extension: dialled" and for a second visit. Not inherited: it is this call's number.
 same => n,Set(DOORMAN_DIALLED=\${EXTEN})
; Which headers there are that a flow function may ask for. Asked here and not by Doorman: over ARI this function
; takes Asterisk down where the caller has just hung up.
 same => n,GotoIf($["\${CHANNEL(channeltype)}" != "PJSIP"]?$[\${PRIORITY} + 2])
 same => n,Set(DOORMAN_HEADERS=\${PJSIP_HEADERS(X)},\${PJSIP_HEADERS(P)})
; A time limit that the call had already is given back when it leaves (0 = it had none).
 same => n,Set(DOORMAN_DEADLINE=\${IF($[\${TIMEOUT(absolute)} > 0]?\${MATH(\${EPOCH}+\${TIMEOUT(absolute)},int)}:0)})
; Stasis() itself waits for ever: this takes the caller out of a Doorman that does not answer, to T below.
 same => n,Set(TIMEOUT(absolute)=${TIME_LIMIT_S})
 same => n,Stasis(${application})
; Doorman was not there (STASISSTATUS is FAILED); a decided call does not come back here.
 same => n,Goto(doorman-fallback,s,1)`
}

/** Gives back the time limit that the call had before it came to Doorman; at least one second of it. */
const RESTORE_TIME_LIMIT = `Set(DOORMAN_LEFT=\${MATH(0\${DOORMAN_DEADLINE}-\${EPOCH},int)})
 same => n,Set(TIMEOUT(absolute)=\${IF($[0\${DOORMAN_DEADLINE} = 0]?0:\${IF($[\${DOORMAN_LEFT} < 1]?1:\${DOORMAN_LEFT})})})`

function handOverContext(): string {
  return `[doorman-go]
; The hand-over: the extension says where the call goes, "=context,extension,priority". It travels with the
; call itself, so that it arrives also when no variable could be set.
exten => _=.,1,${RESTORE_TIME_LIMIT}
 same => n,GotoIf($[\${DIALPLAN_EXISTS(\${EXTEN:1})}]?\${EXTEN:1})
 same => n,Log(WARNING,Doorman: \${EXTEN:1} is not in the dialplan - \${CHANNEL(name)} goes to the fallback)
 same => n,Goto(doorman-fallback,s,1)
exten => T,1,Goto(doorman-fallback,s,1)
`
}

function fallbackContext({ fallback, fallbackFlow }: DialplanOptions): string {
  // A number that was not clean was not kept either.
  const dialled = '${IF($["${DOORMAN_DIALLED}" = ""]?s:${DOORMAN_DIALLED})}'
  const extension = fallback.extension === 'dialled' ? dialled : fallback.extension
  const place = `${fallback.context},${extension},${fallback.priority}`
  return `[doorman-fallback]
; Calls that Doorman did not decide, or could not send to their flow: the flow under "otherwise".
exten => s,1,${RESTORE_TIME_LIMIT}
 same => n,Log(NOTICE,Doorman: fallback for \${CHANNEL(name)}, STASISSTATUS "\${STASISSTATUS}")
; Inherited by the channels that a Dial creates, as everything that Doorman leaves on a call.
 same => n,Set(__DOORMAN_FLOW=${fallbackFlow})
 same => n,Set(__DOORMAN_RULE=fallback)
 same => n,GotoIf($[\${DIALPLAN_EXISTS(${place})}]?${place})
; Not even that is there: the caller hears that all lines are busy rather than nothing.
 same => n,Log(ERROR,Doorman: the fallback ${place} is not in the dialplan)
 same => n,Congestion(10)
exten => T,1,Goto(doorman-fallback,s,1)
`
}
