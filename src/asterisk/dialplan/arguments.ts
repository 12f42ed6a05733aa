/**
 * The arguments of `Stasis()`: what the generated entry context passes of a call, in one text.
 *
 *     2&DIALLED=1/5557654321//&STATE=&DECIDED=&LIMIT=&LOST=&NAMED=2&COUNT=2&from=2/%22Ada%20%3A/%22…/&x-vip=1/gold//&end
 *     │         │ └ the number, in pieces                                  │
 *     │         └ how many pieces there are                                └ DOORMAN_HEADER_1, a pair for each header
 *     └ version of the layout
 *
 * A caller's text never meets Asterisk's parser. FIELDQTY and SHIFT take the *name* of a variable; SHIFT hands over
 * the text before the next `)`, the one character that could end a function around it (16.28, 22.10), and URIENCODE
 * leaves no separator in it. Three pieces are passed; the rest of a value with more stays in its DOORMAN_VALUE_n.
 * `end` tells that Asterisk has not cut the text (8,191 bytes); of a list, the DOORMAN_HEADER_n are still there.
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

export const LAYOUT_VERSION = '2'
const END = 'end'
const PIECES = 3
/** How many headers are listed at the most. */
export const MOST_LISTED = 250
/** Asterisk hands over 4,095 characters and cuts the rest, up to two earlier where a `%XX` would be cut in two. */
const CUT_LENGTH = 4_093

/** What STIR/SHAKEN says, by the key of its pair, in capitals. */
const ATTESTATION: Readonly<Record<string, string>> = {
  VERIFICATIONS: 'STIR_SHAKEN(count)',
  ATTESTATION: 'STIR_SHAKEN(0,attestation)',
  RESULT: 'STIR_SHAKEN(0,verify_result)',
}

/** A name of RFC 3261's `token`, less what means something to the dialplan's parser. */
export function isReadableHeaderName(name: string): boolean {
  return /^[A-Za-z0-9!._+~-]{1,80}$/.test(name)
}

/** The values that are passed of each PJSIP channel: the key of the pair, and the dialplan function that reads it. */
export function passedValues({
  headers,
  attestation,
}: PassedFacts): readonly (readonly [key: string, source: string])[] {
  return [
    ...(attestation ? Object.entries(ATTESTATION) : []),
    ...headers.map((name) => [name, `PJSIP_HEADER(read,${name},1)`] as const),
  ]
}

/** The dialplan text that hands over a variable in pieces. */
export function inPieces(variable: string): string {
  const piece = `\${URIENCODE(\${SHIFT(${variable},\\x29)})}`
  return [`\${FIELDQTY(${variable},\\x29)}`, ...Array.from({ length: PIECES }, () => piece)].join('/')
}

/** The text of the arguments from the variables, with room for so many listed headers. */
export function argumentsText(passed: PassedFacts, listed: number): string {
  const named = passedValues(passed).length
  return withOwn('${DOORMAN_HEADER_0}', [
    ...(listed > 0 && passed.listsAll ? ['ALL=1'] : []),
    `NAMED=${named}`,
    'COUNT=${DOORMAN_COUNT}',
    ...Array.from({ length: named + listed }, (_, index) => `\${DOORMAN_HEADER_${index + 1}}`),
  ])
}

/** The same with the values taken to pieces in place, which costs a call less; it works once, as SHIFT empties them. */
export function inlineArguments(passed: PassedFacts): string {
  const values = passedValues(passed)
  return withOwn(inPieces('DOORMAN_VALUE_0'), [
    `NAMED=${values.length}`,
    `COUNT=${values.length}`,
    ...values.map(([key], index) => `${key}=${inPieces(`DOORMAN_VALUE_${index + 1}`)}`),
  ])
}

/** `STATE`, `DECIDED`, `LIMIT` and `LOST` are Doorman's own: base64url, hexadecimal, 1 or empty. */
function withOwn(dialled: string, values: readonly string[]): string {
  const own = [
    'STATE=${CONV_STATE}',
    'DECIDED=${DOORMAN_DECIDED}',
    'LIMIT=${DOORMAN_LIMIT}',
    'LOST=${DOORMAN_LOST}',
  ]
  return [LAYOUT_VERSION, `DIALLED=${dialled}`, ...own, ...values, END].join('&')
}

/** The arguments of a call. */
export interface StasisArguments {
  readonly dialled: string
  /** `CONV_STATE`. */
  readonly state: string
  /** Id of the revision that decided this channel on an earlier visit; empty on the first. */
  readonly decidedBy: string
  /** Whether the call has been here too often, so that it goes to the fallback. */
  readonly isOverLimit: boolean
  /** Whether the call has come back because Asterisk has lost its shared variables. */
  readonly hasLostVariables: boolean
  /** Whether the flow's location is not in the dialplan: `doorman-go` asks what to do with the call. */
  readonly isMissing: boolean
  /** Whether the list has all headers of the message. */
  readonly listsAll: boolean
  /** How many of the pairs are named; those behind them are listed. */
  readonly named: number
  /** How many `DOORMAN_HEADER_n` there are. */
  readonly count: number
  /** The pairs that came with the arguments; fewer than `count` where there was no room. */
  readonly pairs: readonly string[]
}

/** Undefined for arguments that are not of this layout. */
export function parseArguments(text: string): StasisArguments | undefined {
  const [version, ...parts] = text.split('&')
  if (version !== LAYOUT_VERSION) return undefined
  const isWhole = parts.at(-1) === END
  const own = new Map<string, string>()
  let pairs: readonly string[] = []
  for (const [index, part] of parts.entries()) {
    const [key = '', value = ''] = split(part)
    own.set(key, value)
    if (key !== 'COUNT') continue
    // Of a text that was cut the last pair may be half.
    pairs = isWhole ? parts.slice(index + 1, -1).filter((pair) => pair !== '') : []
    break
  }
  const of = (key: string) => own.get(key) ?? ''
  return {
    dialled: decodePieces(of('DIALLED'), of('DIALLED').length).text,
    state: of('STATE'),
    decidedBy: of('DECIDED'),
    isOverLimit: of('LIMIT') === '1',
    hasLostVariables: of('LOST') === '1',
    isMissing: of('MISSING') === '1',
    listsAll: of('ALL') === '1',
    named: Number(of('NAMED')),
    count: Number(of('COUNT')),
    pairs,
  }
}

/** A header, or what STIR/SHAKEN says. */
export interface PassedValue {
  /** A header's name in lower case; for STIR/SHAKEN the key in capitals, which no header can have. */
  readonly key: string
  readonly text: string
  /** Whether `DOORMAN_VALUE_n` has more of it, behind one more `)`. */
  readonly hasMore: boolean
}

/** A `DOORMAN_HEADER_n`. The generated dialplan writes the keys of named values; a list has the names that a caller sent. */
export function parsePair(pair: string, isNamed: boolean): PassedValue {
  const [key, value] = split(pair)
  return { key: isNamed ? key : percentDecode(key).toLowerCase(), ...decodePieces(value, pair.length) }
}

function split(pair: string): readonly [key: string, value: string] {
  const at = pair.indexOf('=')
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
}

/** @param length that of the variable which has the value. What Asterisk has cut is no value. */
function decodePieces(value: string, length: number): Pick<PassedValue, 'text' | 'hasMore'> {
  const [count = '', ...pieces] = value.split('/')
  const there = Number(count)
  if (length >= CUT_LENGTH) return { text: '', hasMore: false }
  return { text: pieces.slice(0, there).map(percentDecode).join(')'), hasMore: there > PIECES }
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
