import { NOTE_MISSING, NOTE_NAME, NOTE_VARIABLE } from '../ari/notes.js'
import type { Place } from '../pbx.js'
import { type EntryOptions, entryContext, TIME_LIMIT_KEPT } from './dialplan-entry.js'
import { dialplanSteps, fingerprint } from './dialplan-steps.js'
import { FALLBACK_PLACE, HAND_OVER_CONTEXT, WRITTEN } from './hand-over.js'

/** What the generated contexts depend on. */
export interface DialplanOptions extends EntryOptions {
  /** Name of the flow under `otherwise`, for `DOORMAN_FLOW` on calls that Doorman did not decide. */
  readonly fallbackFlow: string
  /** Where that flow is; an extension `dialled` keeps the number that was dialled. */
  readonly fallback: Place
}

/** The generated contexts. */
export const DIALPLAN_CONTEXTS = ['doorman', HAND_OVER_CONTEXT, FALLBACK_PLACE.context] as const

/**
 * The three contexts between the admin's dialplan and Doorman: `doorman` (entry), `doorman-go` (hand-over)
 * and `doorman-fallback`. They use no application or function that Asterisk 16 lacks and no variable that
 * Doorman must have set: what they do, they do also when Doorman is gone.
 */
export function dialplan(options: DialplanOptions): string {
  const text = [heading(), entryContext(options), handOverContext(), fallbackContext(options)].join('\n')
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

function heading(): string {
  return `; Written by "doorman dialplan": a change made here is lost when it is written again.
; Asterisk 16 and later. Include it from extensions.conf:  #include "extensions_doorman.conf"
`
}

/** Gives back the time limit that the call had before it came to Doorman. The 0 stands for a variable that is not there. */
const TIME_LIMIT_BEFORE = `TIMEOUT(absolute)=0\${${TIME_LIMIT_KEPT}}`
const RESTORE_TIME_LIMIT = `Set(${TIME_LIMIT_BEFORE})`

const IS_WRITTEN = `"\${${WRITTEN}}" = "\${EXTEN:1:4}"`

function handOverContext(): string {
  return `[doorman-go]
; The hand-over: the extension says where the call goes, "=context,extension,priority". It travels with the
; call itself, so that it arrives also when no variable could be set.
exten => _=.,1,${RESTORE_TIME_LIMIT}
${goTo('${EXTEN:1}')}
; The same for a call whose variables stand in a global one: "*", the ${NOTE_NAME} characters of its name, the place.
; The note's first letter is all that is read of it where its place is there, and nothing where one of both is missing.
exten => _*.,1,MSet(${TIME_LIMIT_BEFORE},\${${NOTE}})
 same => n,GotoIf(\${${NOTE}:0:\${DIALPLAN_EXISTS(${NOTED_PLACE})}}?${NOTED_PLACE})
; Where it is not there any more ("dialplan reload" with clearglobalvars=yes), the call goes back to be decided again.
 same => n,GotoIf(\${LEN(\${${NOTE}})}?$[\${PRIORITY} + 3])
 same => n,Set(DOORMAN_REVISION=${NOTE_MISSING}\${DOORMAN_REVISION})
 same => n,Goto(doorman,\${DOORMAN_DIALLED},1)
${goTo(NOTED_PLACE)}
; The same for a call whose variables are being written at this moment: "~", a token of four characters, the place.
; The variable that is written last brings the token. As a rule it is there already.
exten => _~.,1,${RESTORE_TIME_LIMIT}
 same => n,GotoIf($[${IS_WRITTEN} & \${DIALPLAN_EXISTS(\${EXTEN:5})}]?\${EXTEN:5})
; It is waited for, a thousandth of a second at a time and then fiftieths, three tenths at most.
 same => n,Set(DOORMAN_WAITS=0)
 same => n,GotoIf($[${IS_WRITTEN} | \${DOORMAN_WAITS} >= ${SHORT_WAITS + LONG_WAITS}]?$[\${PRIORITY} + 4])
 same => n,Set(DOORMAN_WAITS=$[\${DOORMAN_WAITS} + 1])
 same => n,Wait(\${IF($[\${DOORMAN_WAITS} > ${SHORT_WAITS}]?0.02:${ONE_MS})})
 same => n,Goto($[\${PRIORITY} - 3])
${goTo('${EXTEN:5}')}
exten => T,1,Goto(doorman-fallback,s,1)
`
}

/** The name of the variable. */
const NOTE = `${NOTE_VARIABLE}\${EXTEN:1:${NOTE_NAME}}`
const NOTED_PLACE = `\${EXTEN:${1 + NOTE_NAME}}`

/**
 * Ten of a thousandth of a second, and the rest of three tenths in fiftieths: where AMI is that late, Asterisk has more
 * to do than to count, and each of these takes longer than it says.
 */
const SHORT_WAITS = 10
/** In seconds. `Wait` cuts off what is left of a millisecond, and of 0.001 it makes 0.9999 first: no wait at all (22.10). */
const ONE_MS = '0.0015'
const LONG_WAITS = 14

function goTo(place: string): string {
  return ` same => n,GotoIf(\${DIALPLAN_EXISTS(${place})}?${place})
 same => n,Log(WARNING,Doorman: ${place} is not in the dialplan - \${CHANNEL(name)} goes to the fallback)
 same => n,Goto(doorman-fallback,s,1)`
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
 same => n,Set(__DOORMAN_RULE=fallback)
; The fallback that the call's entry named, where it named one and that is there: context, extension, priority.
 same => n,GotoIf($["\${DOORMAN_FALLBACK}" = ""]?$[\${PRIORITY} + 4])
 same => n,Set(DOORMAN_FALLBACK=${ENTRY_FALLBACK})
 same => n,GotoIf(\${DIALPLAN_EXISTS(\${DOORMAN_FALLBACK})}?\${DOORMAN_FALLBACK})
 same => n,Log(ERROR,Doorman: the fallback \${DOORMAN_FALLBACK} of this entry is not in the dialplan)
 same => n,Set(__DOORMAN_FLOW=${fallbackFlow})
 same => n,GotoIf(\${DIALPLAN_EXISTS(${place})}?${place})
; Not even that is there: the caller hears that all lines are busy rather than nothing.
 same => n,Log(ERROR,Doorman: the fallback ${place} is not in the dialplan)
 same => n,Congestion(10)
exten => T,1,Goto(doorman-fallback,s,1)
`
}

const part = (number: number, otherwise: string) => {
  const cut = `\${CUT(DOORMAN_FALLBACK,\\,,${number})}`
  return `\${IF($["${cut}" = ""]?${otherwise}:${cut})}`
}

/** `night-desk` is as good as `night-desk,s,1`. */
const ENTRY_FALLBACK = [`\${CUT(DOORMAN_FALLBACK,\\,,1)}`, part(2, 's'), part(3, '1')].join(',')
