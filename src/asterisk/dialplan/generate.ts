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
import { MESSAGE_CONTEXTS, messageContexts } from './messages.js'
import { offerLines, RESTORE_TIME_LIMIT, TIME_LIMIT, TIME_LIMIT_S } from './offer.js'
import {
  type Context,
  type DialplanStep,
  type Extension,
  fingerprint,
  type Line,
  render,
  stepsOf,
} from './steps.js'

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

/** The contexts as text, and as the steps that Asterisk then runs. */
export interface GeneratedDialplan {
  readonly text: string
  readonly steps: readonly DialplanStep[]
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
const TO_FALLBACK = 'Goto(doorman-fallback,s,1)'

/**
 * The contexts between the admin's dialplan and Doorman: `doorman` (entry), `doorman-go` (on to the flow),
 * `doorman-fallback`, and the subroutines of messages.ts. They use no application or function that Asterisk 16 lacks, and work also while Doorman is gone.
 *
 * The rule for every line: a caller's text is copied by a `Set` of one variable, and read by name with FIELDQTY and
 * SHIFT. No function, expression, `MSet`, `ExecIf` or destination has it as an argument, as Asterisk looks for the end
 * of a function after it has put the value in.
 */
export function generateDialplan(options: DialplanOptions): GeneratedDialplan {
  const contexts = [
    ...[entryContext(options), goContext(), fallbackContext(options)],
    ...messageContexts(options.applications),
  ]
  const marker = `dialplan_${fingerprint(stepsOf(contexts))}`
  const marked = contexts.map((context) =>
    context.name === FALLBACK.context ? withExtension(context, markerExtension(marker)) : context,
  )
  return { text: `${HEADING}\n${render(marked)}`, steps: stepsOf(marked), marker }
}

const HEADING = `; Written by "doorman dialplan --write": a change made here is lost when it is written again.
; Asterisk 16 and later. In extensions.conf:  #tryinclude "extensions_doorman.conf"
`

function withExtension(context: Context, extension: Extension): Context {
  return { ...context, extensions: [...context.extensions, extension] }
}

function markerExtension(marker: string): Extension {
  return {
    pattern: marker,
    why: ['By this extension "doorman doctor" sees which text is running.'],
    lines: [{ run: TO_FALLBACK }],
  }
}

function entryContext(options: DialplanOptions): Context {
  const { applications, passed } = options
  const offer = (label: string, listed: number) =>
    offerLines({
      applications,
      label,
      args: argumentsText(passed, listed),
      otherwise: 'doorman-fallback,s,1',
    })
  return {
    name: 'doorman',
    why: [
      "Send a call here with  Goto(doorman,,1)  from a trunk's context. Nothing between the commas keeps the number",
      'that was dialled; written there as a variable, a comma in it would choose the location.',
      'A fallback of this entry alone:  Set(DOORMAN_FALLBACK=context,extension,priority)',
    ],
    extensions: [
      { pattern: '_[+*#0-9]!', lines: ENTER },
      // Two letters or more: h, i, s and t have a meaning of their own.
      { pattern: '_[A-Za-z].', lines: ENTER },
      {
        pattern: 's',
        why: ['A flow that wants its call decided again sends it to  Goto(doorman,s,1).'],
        lines: [
          { run: 'GotoIf(${DOORMAN_VISITS}?again)' },
          {
            why: [
              'Stasis() waits for ever; the time limit takes the caller out, to T below. doorman-go gives back the old one.',
            ],
            run: `MSet(__DOORMAN_REMEMBERS=,__DOORMAN_VISITS=1,__DOORMAN_RECENT=1,__DOORMAN_SINCE=\${EPOCH},${TIME_LIMIT})`,
          },
          ...readLines(passed),
          ...offer('ask', 0),
          ...listLines(passed),
          { label: 'end', run: `GotoIf($[\${DOORMAN_COUNT} > ${FEW_LISTED}]?many)` },
          ...offer('few', FEW_LISTED),
          ...offer('many', MOST_LISTED),
          ...otherChannelLines(passed),
          ...visitLines(options.visits ?? VISITS),
        ],
      },
      { pattern: 'T', why: ['The time limit: Doorman does not answer.'], lines: [{ run: TO_FALLBACK }] },
    ],
  }
}

const ENTER: readonly Line[] = [{ run: 'Set(DOORMAN_DIALLED=${EXTEN})' }, { run: 'Goto(s,1)' }]

/** A repeated header is listed with all its repeats; for code flows, every header is. */
function readLines(passed: PassedFacts): readonly Line[] {
  const second = passed.repeatable.map((name) => `\${PJSIP_HEADER(read,${name},2)}`)
  const ifRepeated = [
    { run: `Set(DOORMAN_REPEATED=${second.join('')})` },
    { run: 'GotoIf(${FIELDQTY(DOORMAN_REPEATED,\\x29)}?list)' },
  ]
  return [
    {
      label: 'enter',
      why: ['Other channels have no SIP headers.'],
      run: 'GotoIf($["${CHANNEL(channeltype)}" != "PJSIP"]?other)',
    },
    ...valueLines(passed, (source) => `\${${source}}`),
    ...(passed.listAlways ? [{ run: 'Goto(list)' }] : second.length === 0 ? [] : ifRepeated),
  ]
}

const LINE_BREAK = '${URIDECODE(%0A)}'

/** The values into variables, and those into pieces; `text` is that of a value. */
function valueLines(passed: PassedFacts, text: (source: string) => string): readonly Line[] {
  return valueGroups(passed).flatMap(({ variable, values }, index) => [
    {
      why: index === 0 ? VALUES_WHY : [],
      run: `Set(${variable}=${values.map(([, source]) => `${text(source)}${LINE_BREAK}`).join('')})`,
    },
    { run: `Set(DOORMAN_PASSED_${index + 1}=${inPieces(variable)})` },
  ])
}

const VALUES_WHY = [
  'The number and the headers, a line each, go to Doorman in pieces, percent-encoded: first how many, then the text',
  'up to each ")".',
]

function otherChannelLines(passed: PassedFacts): readonly Line[] {
  const [first, ...others] = valueLines(passed, (source) =>
    source === 'DOORMAN_DIALLED' ? `\${${source}}` : '',
  )
  return [{ label: 'other', run: first?.run ?? '' }, ...others, { run: 'Goto(ask)' }]
}

/** The counters are inherited, so that a loop over Local channels is one, too. */
function visitLines({ most, seconds, inAll }: typeof VISITS): readonly Line[] {
  return [
    {
      label: 'again',
      why: [
        `A call that comes back: at most ${most} times within ${seconds} s, and ${inAll} times in all. Then Doorman sends it to the`,
        'fallback; where that, too, leads back here, the call ends (480, as a 503 would make a carrier try elsewhere).',
      ],
      run: 'GotoIf(${DOORMAN_LIMIT}?loop)',
    },
    {
      run: `ExecIf($[\${EPOCH} - \${DOORMAN_SINCE} >= ${seconds}]?MSet(__DOORMAN_SINCE=\${EPOCH},__DOORMAN_RECENT=0))`,
    },
    {
      run: `MSet(__DOORMAN_REMEMBERS=,__DOORMAN_VISITS=$[\${DOORMAN_VISITS} + 1],__DOORMAN_RECENT=$[\${DOORMAN_RECENT} + 1],${TIME_LIMIT})`,
    },
    { run: `ExecIf($[\${DOORMAN_RECENT} > ${most} | \${DOORMAN_VISITS} > ${inAll}]?Set(__DOORMAN_LIMIT=1))` },
    { run: 'Goto(enter)' },
    { label: 'loop', run: 'Log(ERROR,Doorman: ${UNIQUEID} came back from the fallback and is hung up)' },
    { run: 'Hangup(31)' },
  ]
}

/** `PJSIP_HEADERS(x)` names the headers that begin so, and `PJSIP_HEADER(read,x*,n)` reads the n-th of them. */
function listLines({ prefixes }: PassedFacts): readonly Line[] {
  return [
    {
      label: 'list',
      why: [
        'Every header that begins with one of these. The n-th name of PJSIP_HEADERS(x) is that of',
        'PJSIP_HEADER(read,x*,n).',
      ],
      run: 'Set(DOORMAN_COUNT=0)',
    },
    { run: `Set(DOORMAN_PREFIXES=${prefixes.join(',')})` },
    { label: 'prefix', run: 'Set(DOORMAN_PREFIX=${SHIFT(DOORMAN_PREFIXES,\\,)})' },
    { run: 'Set(DOORMAN_NAMES=${PJSIP_HEADERS(${DOORMAN_PREFIX})})' },
    { run: 'Set(DOORMAN_AT=0)' },
    { label: 'next', run: 'GotoIf(${FIELDQTY(DOORMAN_NAMES,\\,)}?:done)' },
    { run: `GotoIf($[\${DOORMAN_COUNT} > ${MOST_LISTED}]?end)` },
    { run: 'Set(DOORMAN_AT=$[${DOORMAN_AT} + 1])' },
    { run: 'Set(DOORMAN_COUNT=$[${DOORMAN_COUNT} + 1])' },
    { run: 'Set(DOORMAN_NAME=${SHIFT(DOORMAN_NAMES,\\,)})' },
    { run: 'Set(DOORMAN_VALUE_${DOORMAN_COUNT}=${PJSIP_HEADER(read,${DOORMAN_PREFIX}*,${DOORMAN_AT})})' },
    {
      run: `Set(DOORMAN_HEADER_\${DOORMAN_COUNT}=\${URIENCODE(\${SHIFT(DOORMAN_NAME,\\x29)})}=${inPieces('DOORMAN_VALUE_${DOORMAN_COUNT}')})`,
    },
    { run: 'Goto(next)' },
    { label: 'done', run: 'GotoIf(${FIELDQTY(DOORMAN_PREFIXES,\\,)}?prefix)' },
  ]
}

/** All of the extension is Doorman's text: names from the flow files, and a number only where it is nothing else. */
function goContext(): Context {
  const set = `\${${SHARED_VARIABLE}\${EXTEN:1:${SHARED_NAME_LENGTH}}}`
  const own = `TIMEOUT(absolute)=0\${DOORMAN_TIME_LIMIT},__DOORMAN_CALLER=\${CUT(EXTEN,^,2)},__DOORMAN_CALLEE=\${CUT(EXTEN,^,3)}`
  const go = [
    { run: 'Set(DOORMAN_TO=${CUT(EXTEN,^,4)})' },
    { run: 'GotoIf(${DIALPLAN_EXISTS(${DOORMAN_TO})}?:missing,1)' },
    { run: 'GotoIf(${LEN(${DOORMAN_PLAY})}?greet,1:${DOORMAN_TO})' },
  ]
  return {
    name: GO_CONTEXT,
    why: [
      'Doorman sends a decided call here. Caller, callee and location travel in the extension, "=^caller^callee^location",',
      'and so arrive even if no variable could be set.',
    ],
    extensions: [
      { pattern: '_=.', lines: [{ run: `MSet(${own})` }, ...go] },
      {
        pattern: '_*.',
        why: [
          'The same for a call whose other variables are in a global one; the end of its name comes first.',
        ],
        lines: [
          { run: `GotoIf(\${LEN(${set})}?:lost)` },
          { run: `MSet(${set},${own})` },
          ...go,
          {
            label: 'lost',
            why: ['"dialplan reload" with clearglobalvars=yes has removed it: the call is decided again.'],
            run: 'Set(DOORMAN_LOST=1)',
          },
          { run: 'Goto(doorman,s,1)' },
        ],
      },
      {
        pattern: 'greet',
        why: [
          'A greeting before the flow. DOORMAN_PLAY is before_flow or early: the caller hears early media, not answered.',
          'The time limit of Doorman is over here. PLAYBACKSTATUS is FAILED where the file is not there; the call goes on.',
        ],
        lines: [
          { run: 'Set(DOORMAN_GREETING_STATUS=PLAYING)' },
          { run: 'GotoIf($["${DOORMAN_PLAY}" = "early"]?early)' },
          { run: 'Answer()' },
          { run: 'Playback(${DOORMAN_GREETING})' },
          { run: 'Goto(played)' },
          { label: 'early', run: 'Progress()' },
          {
            why: ['Progress() does not wait until audio can be sent (22.10): the first 20 ms would be lost.'],
            run: 'Wait(0.1)',
          },
          { run: 'Playback(${DOORMAN_GREETING},noanswer)' },
          { label: 'played', run: 'MSet(__DOORMAN_GREETING_STATUS=${PLAYBACKSTATUS},DOORMAN_PLAY=)' },
          { run: 'Goto(${DOORMAN_TO})' },
        ],
      },
      {
        pattern: 'missing',
        lines: [
          {
            run: 'Log(WARNING,Doorman: ${DOORMAN_TO} is not in the dialplan - ${UNIQUEID} goes to the fallback)',
          },
          { run: 'GotoIf(${LEN(${DOORMAN_INSTANCE})}?:fallback)' },
          {
            why: [
              "Tells the instance that decided, so that the call's record says so; it sends the call to the fallback.",
            ],
            run: `Set(TIMEOUT(absolute)=${TIME_LIMIT_S})`,
          },
          { run: `Stasis(\${DOORMAN_INSTANCE},${LAYOUT_VERSION}&MISSING=1&end)` },
          { label: 'fallback', run: TO_FALLBACK },
        ],
      },
      {
        pattern: 'T',
        why: ["In a greeting only a time limit of the dialplan's own can end: it ends the call."],
        lines: [
          { run: 'ExecIf($["${DOORMAN_GREETING_STATUS}" = "PLAYING"]?Hangup())' },
          { run: TO_FALLBACK },
        ],
      },
    ],
  }
}

function fallbackContext({ fallback, fallbackFlow }: DialplanOptions): Context {
  const extension = fallback.extension === 'dialled' ? '${DOORMAN_EXTENSION}' : fallback.extension
  const location = `${fallback.context},${extension},${fallback.priority}`
  return {
    name: FALLBACK.context,
    why: ['Calls that Doorman did not decide, or could not send to their flow: the flow under "otherwise".'],
    extensions: [
      {
        pattern: 's',
        lines: [
          { run: RESTORE_TIME_LIMIT },
          { run: 'Log(NOTICE,Doorman: fallback for ${UNIQUEID}, STASISSTATUS "${STASISSTATUS}")' },
          { run: 'MSet(__DOORMAN_RULE=fallback,__DOORMAN_VIP=0,__DOORMAN_GREETING=,DOORMAN_EXTENSION=s)' },
          {
            why: [
              '"dialled" stands for the number that was dialled, where it has no character with a meaning of its own.',
            ],
            run: 'GotoIf($[${FIELDQTY(DOORMAN_DIALLED,\\x29)} = 1]?:entry)',
          },
          { run: 'GotoIf(${REGEX("^[0-9A-Za-z+*#._-]+$" ${DOORMAN_DIALLED})}?:entry)' },
          { run: 'Set(DOORMAN_EXTENSION=${DOORMAN_DIALLED})' },
          {
            label: 'entry',
            why: [
              "The entry's own fallback, where it names one that is there: context, extension (s), priority (1).",
            ],
            run: 'GotoIf(${FIELDQTY(DOORMAN_FALLBACK,\\,)}?:otherwise)',
          },
          { run: 'GotoIf($[${FIELDQTY(DOORMAN_FALLBACK,\\x29)} = 1]?:otherwise)' },
          { run: 'GotoIf(${REGEX("^[0-9A-Za-z+*#._,-]+$" ${DOORMAN_FALLBACK})}?:otherwise)' },
          { run: 'Set(DOORMAN_TO=${CUT(DOORMAN_FALLBACK,\\,,2)})' },
          { run: 'ExecIf($["${DOORMAN_TO}" = ""]?Set(DOORMAN_TO=s))' },
          { run: 'ExecIf($["${DOORMAN_TO}" = "dialled"]?Set(DOORMAN_TO=${DOORMAN_EXTENSION}))' },
          { run: 'Set(DOORMAN_PRIORITY=${CUT(DOORMAN_FALLBACK,\\,,3)})' },
          { run: 'ExecIf($["${DOORMAN_PRIORITY}" = ""]?Set(DOORMAN_PRIORITY=1))' },
          { run: 'Set(DOORMAN_TO=${CUT(DOORMAN_FALLBACK,\\,,1)},${DOORMAN_TO},${DOORMAN_PRIORITY})' },
          { run: 'GotoIf(${DIALPLAN_EXISTS(${DOORMAN_TO})}?${DOORMAN_TO})' },
          { run: 'Log(ERROR,Doorman: the fallback ${DOORMAN_TO} of this entry is not in the dialplan)' },
          { label: 'otherwise', run: `Set(__DOORMAN_FLOW=${fallbackFlow})` },
          { run: `GotoIf(\${DIALPLAN_EXISTS(${location})}?${location})` },
          {
            why: ['Not even that is there: the caller hears that all lines are busy rather than nothing.'],
            run: `Log(ERROR,Doorman: the fallback ${location} is not in the dialplan)`,
          },
          { run: 'Congestion(10)' },
        ],
      },
      { pattern: 'T', lines: [{ run: TO_FALLBACK }] },
    ],
  }
}
