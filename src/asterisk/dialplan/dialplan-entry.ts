import { type Applications, applicationsPattern } from '../ari/applications.js'
import { type Briefing, briefingArguments } from './briefing.js'
import { FALLBACK_PLACE } from './hand-over.js'

/** What the entry context depends on. */
export interface EntryOptions {
  /** The Stasis applications of the Doormen at this PBX (`DOORMAN_APPS`). */
  readonly applications: Applications
  /** What is told of each call; undefined where Doorman is to read everything by itself. */
  readonly briefing: Briefing | undefined
  /** The same from Asterisk 22 on, where that is another. */
  readonly listing: Briefing | undefined
  /** Whether a flow function may ask for headers that nobody named beforehand: then all of them are kept. */
  readonly listsHeaders: boolean
}

/**
 * After so many seconds in Doorman a caller is taken out of it into the fallback. Two seconds are promised; the rest is
 * for an Asterisk that has a thousand calls to take out at once.
 */
export const TIME_LIMIT_S = 1.1

/** The variable that keeps the time limit that a call had before, in seconds; the time in Doorman does not count. */
export const TIME_LIMIT_KEPT = 'DOORMAN_TIME_LIMIT'

/** So many names are looked at, those that are missing for a letter included. */
export const MOST_KEPT = 250

/** How long a Doorman has to claim a call, in milliseconds. One that lives takes a few. */
export const CLAIM_MS = 500

const TO_FALLBACK = `Goto(${FALLBACK_PLACE.context},s,1)`

/**
 * Patterns of the entry. A single letter is left out: `h`, `i`, `s` and `t` have a meaning of their own in
 * the dialplan, and `h` runs when the caller hangs up.
 */
const PATTERNS = ['_[+*#0-9]!', '_[A-Za-z].']

export function entryContext(options: EntryOptions): string {
  const lines = stepLines(entrySteps(options))
  return `[doorman]
; The entry: send a call here with  Goto(doorman,,1)  from the context of any trunk. Nothing between the commas
; keeps the number that was dialled as it is; written there as a variable, a comma in it would choose the place.
; A fallback of this entry's own, where it is to have one:  Set(DOORMAN_FALLBACK=context,extension,priority)
; Only clean extensions go on: Asterisk loses the event of a call whose extension is not UTF-8.
${options.briefing === undefined ? '' : WHAT_OF_OTHERS}${PATTERNS.map((pattern) => `exten => ${pattern},1,${lines}`).join('\n')}
; A flow that wants its call decided again sends it to  Goto(doorman,s,1).
exten => s,1,GotoIf($["\${DOORMAN_DIALLED}" = ""]?doorman-fallback,s,1:doorman,\${DOORMAN_DIALLED},1)
; The time limit is up: Doorman hangs, or was stopped.
exten => T,1,${TO_FALLBACK}
`
}

const WHAT_OF_OTHERS = `; A channel that is not PJSIP has no SIP headers: it goes past the steps that read them.
`

/** One priority; `why` stands above it, a line each. */
interface Step {
  readonly why?: readonly string[]
  readonly run: string
}

/** The first step stands on the line of its extension, where there is no room for a reason. */
function stepLines([first, ...others]: readonly Step[]): string {
  const lines = others.flatMap(({ why = [], run }) => [
    ...why.map((line) => `; ${line}`),
    ` same => n,${run}`,
  ])
  return [first?.run, ...lines].join('\n')
}

function entrySteps(options: EntryOptions): readonly Step[] {
  const { briefing } = options
  const whole = wholeSteps(options, briefing)
  // Without a briefing all channels are asked the same way.
  if (briefing === undefined) return [onlyClean([]), BEGIN, ...whole]
  const listing = listingSteps(options)
  const others = onlyClean(['From here on the same for what is not PJSIP, or not clean.'])
  return [
    pjsipAndClean({ others: listing.length + whole.length + 2, older: listing.length }),
    ...listing,
    listing.length > 0 ? { ...BEGIN, why: WHAT_OLDER_DO } : BEGIN,
    ...whole,
    others,
    { run: BEGIN.run },
    ...askingSteps(options, undefined),
  ]
}

/** Where one function lists the names of all headers, each of them is read once: a read is a turn of the SIP thread. */
function listingSteps(options: EntryOptions): readonly Step[] {
  const { applications, listing } = options
  if (listing === undefined || !isOne(applications)) return []
  return [BEGIN, ...wholeSteps(options, listing)]
}

/** For a channel that has SIP headers. */
function wholeSteps(options: EntryOptions, told: Briefing | undefined): readonly Step[] {
  return [...(options.listsHeaders ? KEEP_HEADERS : []), ...askingSteps(options, told)]
}

/** The reason of a first step stands at the head of the context: there is no room above it. */
function onlyClean(why: readonly string[]): Step {
  return { why, run: `GotoIf(\${LEN(${UNCLEAN})}?${FALLBACK_PLACE.context},s,1)` }
}

/**
 * The first step of all, and so at priority 1. Every call of a PJSIP trunk waits for it, so that it counts characters,
 * and has one expression: Asterisk works out all of those that stand in a step, also for the way that is not taken.
 *
 * @param ahead how many steps there are before those for other channels, and before those for an older Asterisk.
 */
function pjsipAndClean(ahead: { readonly others: number; readonly older: number }): Step {
  const otherwise = ahead.older === 0 ? '' : `:$[2 + ${ahead.older} * (${IS_OLDER})]`
  return { run: `GotoIf(\${LEN(${UNCLEAN}${NOT_PJSIP})}?${1 + ahead.others}${otherwise})` }
}

/** The characters of the extension that are not clean: all but `0-9A-Za-z+*#._-`. */
const UNCLEAN = '${FILTER(\\x01-\\x22\\x24-\\x29\\x2c\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\xff,${EXTEN})}'
/**
 * The letters of the channel's technology that stand in none of "PJSIP". Of all others at least one is left: of chan_sip's
 * `SIP/…` the stroke.
 */
const NOT_PJSIP = '${FILTER(\\x01-\\x48\\x4b-\\x4f\\x51\\x52\\x54-\\xff,${CHANNEL:0:5})}'

const BEGIN: Step = {
  why: [
    'The number is kept for flows with "extension: dialled" and for a second visit; it is this call\'s, and not',
    'inherited. A time limit that the call had is given back when it leaves (0 = it had none). The new one takes',
    'the caller out of a Doorman that does not answer, to T below: Stasis() itself waits for ever.',
  ],
  run: `MSet(DOORMAN_DIALLED=\${EXTEN},${TIME_LIMIT_KEPT}=\${TIMEOUT(absolute)},TIMEOUT(absolute)=${TIME_LIMIT_S})`,
}

/** Every header's name begins with one of these, or nobody has heard of it; Asterisk 16 lists by first letters only. */
const LETTERS = [...'XPACDEFGHIMORSTUVW']

/**
 * What a flow function may ask for, each header in a variable of its own. Kept here and not asked for by Doorman: over
 * ARI these functions can take Asterisk down where the caller has just hung up.
 */
const KEEP_HEADERS: readonly Step[] = [
  {
    why: ['A flow function may ask for any header: they are kept in variables, percent-encoded.'],
    run: `Set(DOORMAN_HEADERS=${LETTERS.map((letter) => `\${PJSIP_HEADERS(${letter})}`).join(',')})`,
  },
  { run: 'Set(DOORMAN_AT=0)' },
  { run: 'Set(DOORMAN_AT=$[${DOORMAN_AT} + 1])' },
  {
    run: `GotoIf($[\${DOORMAN_AT} > \${FIELDQTY(DOORMAN_HEADERS,\\,)} | \${DOORMAN_AT} > ${MOST_KEPT}]?$[\${PRIORITY} + 4])`,
  },
  { run: 'GotoIf($["${CUT(DOORMAN_HEADERS,\\,,${DOORMAN_AT})}" = ""]?$[${PRIORITY} - 2])' },
  { run: `Set(DOORMAN_HEADER_\${DOORMAN_AT}=${keptInstance(1)}&${keptInstance(2)})` },
  { run: 'Goto($[${PRIORITY} - 4])' },
]

function keptInstance(instance: number): string {
  return `\${URIENCODE(\${PJSIP_HEADER(read,\${CUT(DOORMAN_HEADERS,\\,,\${DOORMAN_AT})},${instance})})}`
}

const NOBODY_THERE: Step = {
  why: ['Doorman was not there (STASISSTATUS is FAILED or TIMEOUT); a decided call does not come back here.'],
  run: TO_FALLBACK,
}

function isOne({ pattern, names }: Applications): boolean {
  return pattern === undefined && names.length === 1
}

function askingSteps(options: EntryOptions, told: Briefing | undefined): readonly Step[] {
  const { applications } = options
  return [
    ...(isOne(applications) ? inOrder(applications.names, told) : toMany(applications, told)),
    NOBODY_THERE,
  ]
}

/** One after the other: the next where the one before is not there, or not registered. */
function inOrder(names: readonly string[], told: Briefing | undefined): readonly Step[] {
  const args = told === undefined ? '' : `,${briefingArguments(told, ',')}`
  return names.flatMap((name, index) => [
    ...(index === 0 ? [] : [NEXT_IF_FAILED]),
    { why: index === 0 && told !== undefined ? WHAT_IS_TOLD : [], run: `Stasis(${name}${args})` },
  ])
}

const WHAT_IS_TOLD = ['What the flow files look at, percent-encoded, so that Doorman need not ask for it.']

const NEXT_IF_FAILED: Step = {
  why: ['The next Doorman has its turn where this one was not there.'],
  run: `GotoIf($["\${STASISSTATUS}" != "FAILED"]?${FALLBACK_PLACE.context},s,1)`,
}

/** Offered to all of them where Asterisk can do that; the first to claim the call has it. */
function toMany(applications: Applications, told: Briefing | undefined): readonly Step[] {
  const args = told === undefined ? '' : `,${briefingArguments(told, ':')}`
  const ordered = inOrder(applications.names, told)
  const offer: Step = {
    why: [
      'The call is offered to every Doorman; the first to claim it has it. One that hangs claims nothing.',
    ],
    run: `StasisBroadcast(${CLAIM_MS},${applicationsPattern(applications)}${args})`,
  }
  const withoutBroadcast: Step = {
    why: ['StasisBroadcast came with 20.17, 22.7 and 23.1; before, the Doormen are tried in order.'],
    run: `GotoIf($[${HAS_BROADCAST}]?$[\${PRIORITY} + ${ordered.length + 2}])`,
  }
  return [withoutBroadcast, ...ordered, NOBODY_THERE, offer]
}

const WHAT_OLDER_DO = [
  'The same for Asterisk before 22, where no function lists all headers: two values tell that there are more.',
]

const NUMBER = '${VERSION(ASTERISK_VERSION_NUM)}'
/** Without the module that tells (func_version.so) it is taken for an older one. */
const IS_OLDER = `0${NUMBER} < 220000`
const HAS_BROADCAST = [
  `(${NUMBER} >= 201700 & ${NUMBER} < 210000)`,
  `(${NUMBER} >= 220700 & ${NUMBER} < 230000)`,
  `${NUMBER} >= 230100`,
].join(' | ')
