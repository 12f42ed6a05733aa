/**
 * The arguments of `Stasis()`: what the generated entry context passes of a call, in one text.
 *
 *     3&LEFT=0.969&STATE=&DECIDED=&LIMIT=&LOST=&GREETS=1&KEYS=DIALLED/from/x-vip&COUNT=0&2/5557654321%0A%22Ada/…%0A//&end
 *     │                                                  │                       │       │ └ the values, a line each, in pieces
 *     └ version of the layout                            └ whose values follow   │       └ how many pieces there are
 *                                                                                └ how many listed headers follow: x-note=1/text///
 *
 * A caller's text never meets Asterisk's parser. FIELDQTY and SHIFT take the *name* of a variable; SHIFT hands over
 * the text before the next `)`, the one character that could end a function around it (16.28, 22.10), and URIENCODE
 * leaves no separator in it. The text behind the last piece stays in the variable. `end` tells that Asterisk has not
 * cut the arguments (8,191 bytes); the variables that they were put together from are still there.
 */

/** What an entry context passes of a call. */
export interface PassedFacts {
  /** Names of headers, lower case, in the order in which they are passed. */
  readonly headers: readonly string[]
  /** Those of them that a message may have more of: where it has, they are listed. */
  readonly repeatable: readonly string[]
  readonly attestation: boolean
  /** Whether each call lists all headers that begin with one of `prefixes`; else only where a header is repeated. */
  readonly listAlways: boolean
  /** Whether the prefixes are those of all headers, as code flows may ask for any. */
  readonly listsAll: boolean
  readonly prefixes: readonly string[]
}

export const LAYOUT_VERSION = '3'
const END = 'end'
const PIECES = 4
/** A variable has 4,095 bytes: few values are put into one. */
const VALUES_TOGETHER = 8
/** How many headers are listed at the most. */
export const MOST_LISTED = 250
/** Asterisk hands over 4,095 characters and cuts the rest, up to two earlier where a `%XX` would be cut in two. */
const CUT_LENGTH = 4_093

/** The key of the dialled number; as the keys below, in capitals, which the name of a header never has. */
const DIALLED = 'DIALLED'
/** What STIR/SHAKEN says, by its key. */
const ATTESTATION: Readonly<Record<string, string>> = {
  VERIFICATIONS: 'STIR_SHAKEN(count)',
  ATTESTATION: 'STIR_SHAKEN(0,attestation)',
  RESULT: 'STIR_SHAKEN(0,verify_result)',
}

/** A name of RFC 3261's `token`, less what means something to the dialplan's parser. */
export function isReadableHeaderName(name: string): boolean {
  return /^[A-Za-z0-9!._+~-]{1,80}$/.test(name)
}

/** Values that the dialplan puts into one variable, a line each. */
interface ValueGroup {
  readonly variable: string
  readonly values: readonly (readonly [key: string, source: string])[]
}

/** The values that are passed of each PJSIP channel, by key, each with the dialplan expression that reads it. */
export function valueGroups({ headers, attestation }: PassedFacts): readonly ValueGroup[] {
  const values: readonly (readonly [string, string])[] = [
    [DIALLED, 'DOORMAN_DIALLED'],
    ...(attestation ? Object.entries(ATTESTATION) : []),
    ...headers.map((name) => [name, `PJSIP_HEADER(read,${name},1)`] as const),
  ]
  return inGroups(values).map((some, index) => ({ variable: `DOORMAN_VALUES_${index + 1}`, values: some }))
}

function inGroups<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / VALUES_TOGETHER)
  return Array.from({ length: count }, (_, at) => all.slice(at * VALUES_TOGETHER, (at + 1) * VALUES_TOGETHER))
}

/** The dialplan text that hands over a variable in pieces. It works once, as SHIFT empties the variable. */
export function inPieces(variable: string): string {
  const piece = `\${URIENCODE(\${SHIFT(${variable},\\x29)})}`
  return [`\${FIELDQTY(${variable},\\x29)}`, ...Array.from({ length: PIECES }, () => piece)].join('/')
}

/** The text of the arguments, with room for so many listed headers. */
export function argumentsText(passed: PassedFacts, listed: number): string {
  const groups = valueGroups(passed)
  const keys = groups.flatMap(({ values }) => values.map(([key]) => key))
  return [
    LAYOUT_VERSION,
    // Doorman's and Asterisk's own: seconds, base64url, hexadecimal, 1 or empty.
    'LEFT=${TIMEOUT(absolute)}',
    'STATE=${CONV_STATE}',
    'DECIDED=${DOORMAN_DECIDED}',
    'LIMIT=${DOORMAN_LIMIT}',
    'LOST=${DOORMAN_LOST}',
    'GREETS=1',
    ...(listed > 0 && passed.listsAll ? ['ALL=1'] : []),
    `KEYS=${keys.join('/')}`,
    listed === 0 ? 'COUNT=0' : 'COUNT=${DOORMAN_COUNT}',
    ...groups.map((_, index) => `\${DOORMAN_PASSED_${index + 1}}`),
    ...Array.from({ length: listed }, (_, index) => `\${DOORMAN_HEADER_${index + 1}}`),
    END,
  ].join('&')
}

/** The arguments of a call. */
export type StasisArguments = Readonly<ReturnType<typeof parseArguments>>

/** Of arguments of another layout, nothing. */
export function parseArguments(text: string) {
  const [version, ...all] = text.split('&')
  const parts = version === LAYOUT_VERSION ? all : []
  const behindCount = parts.findIndex((part) => part.startsWith('COUNT=')) + 1
  const own = new Map(parts.slice(0, behindCount || undefined).map(split))
  const of = (key: string) => own.get(key) ?? ''
  const keys = of('KEYS') === '' ? [] : inGroups(of('KEYS').split('/'))
  // Of a text that was cut the last part may be half.
  const values = behindCount > 0 && parts.at(-1) === END ? parts.slice(behindCount, -1) : []
  const left = Number(of('LEFT'))
  return {
    /** What is left of the dialplan's time limit when the call enters, in milliseconds; undefined without a limit. */
    leftMs: left > 0 ? left * 1_000 : undefined,
    /** `CONV_STATE`. */
    state: of('STATE'),
    /** Id of the revision that decided this channel on an earlier visit; empty on the first. */
    decidedBy: of('DECIDED'),
    /** Whether the call has been here too often, so that it goes to the fallback. */
    isOverLimit: of('LIMIT') === '1',
    /** Whether the call has come back because Asterisk has lost its shared variables. */
    hasLostVariables: of('LOST') === '1',
    /** Whether the flow's location is not in the dialplan: `doorman-go` asks what to do with the call. */
    isMissing: of('MISSING') === '1',
    /** Whether `doorman-go` plays greetings; that of an older Doorman does not. */
    greets: of('GREETS') === '1',
    /** Whether the list has all headers of the message. */
    listsAll: of('ALL') === '1',
    /** The keys of the passed values, those of each variable together. */
    keys,
    /** The `DOORMAN_PASSED_n`, one for each group of keys; none where there was no room for all. */
    passed: values.slice(0, keys.length),
    /** How many headers are listed in `DOORMAN_HEADER_n`. */
    count: Number(of('COUNT')),
    /** Those that came with the arguments; none where there was no room for all. There is room for more than there are. */
    listed: values.slice(keys.length).filter((pair) => pair !== ''),
  }
}

function split(pair: string): readonly [key: string, value: string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** A text that came in pieces. */
export interface Pieces {
  readonly text: string
  /** Whether the variable has more of it, behind one more `)`. */
  readonly hasMore: boolean
}

/** A `DOORMAN_PASSED_n`; undefined where Asterisk has cut it. */
export function parsePieces(passed: string): Pieces | undefined {
  if (passed.length >= CUT_LENGTH) return undefined
  const [count = '', ...pieces] = passed.split('/')
  const there = Number(count)
  return { text: pieces.slice(0, there).map(percentDecode).join(')'), hasMore: there > pieces.length }
}

/** What a variable of several values has; undefined where it is not whole, or a value has a line break itself. */
export function parseValues(text: string, keys: readonly string[]): readonly string[] | undefined {
  const lines = text.split('\n')
  return lines.length === keys.length + 1 && lines.at(-1) === '' ? lines.slice(0, -1) : undefined
}

/** A header of the list: its name in lower case, as the caller sent it, and its value; one that was cut is empty. */
export function parseListed(header: string): Pieces & { readonly name: string } {
  const [name, value] = split(header)
  const pieces = header.length >= CUT_LENGTH ? undefined : parsePieces(value)
  return { name: percentDecode(name).toLowerCase(), ...(pieces ?? { text: '', hasMore: false }) }
}

/** Bytes that are not UTF-8 become U+FFFD, as everywhere on the web. */
function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    return Buffer.from(bytes, 'latin1').toString('utf8')
  }
}
