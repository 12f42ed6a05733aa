/** What a call brings, as the generated entry context would pass it. */
export interface PassedCall {
  readonly dialled?: string
  /** What is left of the time limit, in milliseconds; 1,100 by default. */
  readonly leftMs?: number
  readonly state?: string
  readonly decidedBy?: string
  readonly isOverLimit?: boolean
  readonly hasLostVariables?: boolean
  /** The headers that are passed by name; one without a value is missing. */
  readonly named?: readonly (readonly [name: string, value: string | Buffer])[]
  /** The list of headers, where one was made. */
  readonly listed?: readonly (readonly [name: string, value: string | Buffer])[]
  readonly listsAll?: boolean
  /** False for the dialplan of an older Doorman, which plays no greetings. */
  readonly greets?: boolean
}

/** The text of the arguments, and the channel variables that the entry context leaves beside it. */
export function stasisArguments(call: PassedCall): {
  readonly text: string
  readonly variables: Map<string, string>
} {
  const { dialled = '', named = [], listed = [] } = call
  const groups = inGroups([['DIALLED', dialled] as const, ...named])
  const values = groups.map((group) =>
    Buffer.concat(group.flatMap(([, value]) => [value, '\n']).map((one) => Buffer.from(one))),
  )
  const headers = listed.map(([name, value]) => `${uriEncode(name)}=${inPieces(value)}`)
  const text = [
    '3',
    `LEFT=${((call.leftMs ?? 970) / 1_000).toFixed(3)}`,
    `STATE=${call.state ?? ''}`,
    `DECIDED=${call.decidedBy ?? ''}`,
    `LIMIT=${call.isOverLimit ? '1' : ''}`,
    `LOST=${call.hasLostVariables ? '1' : ''}`,
    ...(call.greets === false ? [] : ['GREETS=1']),
    ...(call.listsAll ? ['ALL=1'] : []),
    `KEYS=${groups
      .flat()
      .map(([key]) => key)
      .join('/')}`,
    `COUNT=${listed.length}`,
    ...values.map(inPieces),
    ...headers,
    'end',
  ].join('&')
  const variables = new Map([
    ['DOORMAN_DIALLED', dialled],
    ...values.map((value, index) => [`DOORMAN_PASSED_${index + 1}`, inPieces(value)] as const),
    ...values.map((value, index) => [`DOORMAN_VALUES_${index + 1}`, restOf(value)] as const),
    ...headers.map((header, index) => [`DOORMAN_HEADER_${index + 1}`, header] as const),
    ...listed.map(([, value], index) => [`DOORMAN_VALUE_${index + 1}`, restOf(value)] as const),
  ])
  return { text, variables }
}

/** Eight values have one variable. */
function inGroups<T>(all: readonly T[]): readonly (readonly T[])[] {
  return all.length <= 8 ? [all] : [all.slice(0, 8), ...inGroups(all.slice(8))]
}

/** `FIELDQTY/URIENCODE(SHIFT)/URIENCODE(SHIFT)/URIENCODE(SHIFT)/URIENCODE(SHIFT)`. */
function inPieces(value: string | Buffer): string {
  const pieces = piecesOf(value)
  const shown = [0, 1, 2, 3].map((index) => uriEncode(pieces[index] ?? ''))
  return [pieces.length, ...shown].join('/')
}

function piecesOf(value: string | Buffer): readonly Buffer[] {
  const latin = Buffer.from(value).toString('latin1')
  return latin === '' ? [] : latin.split(')').map((piece) => Buffer.from(piece, 'latin1'))
}

function restOf(value: string | Buffer): string {
  return piecesOf(value).slice(4).join(')')
}

/** Asterisk's URIENCODE (RFC 3986 unreserved characters and parentheses stay). */
function uriEncode(value: string | Buffer): string {
  return [...Buffer.from(value)]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      return /[A-Za-z0-9_.!~*'()-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}
