/** What a call brings, as the generated entry context would pass it. */
export interface PassedCall {
  readonly dialled?: string
  readonly state?: string
  readonly decidedBy?: string
  readonly isOverLimit?: boolean
  readonly hasLostVariables?: boolean
  /** The headers that are passed by name; one without a value is missing. */
  readonly named?: readonly (readonly [name: string, value: string | Buffer])[]
  /** The list of headers, where one was made. */
  readonly listed?: readonly (readonly [name: string, value: string | Buffer])[]
  readonly listsAll?: boolean
}

/** The text of the arguments, and the channel variables that the entry context leaves beside it. */
export function stasisArguments(call: PassedCall): {
  readonly text: string
  readonly variables: Map<string, string>
} {
  const { dialled = '', named = [], listed = [] } = call
  const values = [...named, ...listed]
  const pairs = values.map(([name, value]) => `${uriEncode(name)}=${inPieces(value)}`)
  const text = [
    '2',
    `DIALLED=${inPieces(dialled)}`,
    `STATE=${call.state ?? ''}`,
    `DECIDED=${call.decidedBy ?? ''}`,
    `LIMIT=${call.isOverLimit ? '1' : ''}`,
    `LOST=${call.hasLostVariables ? '1' : ''}`,
    ...(call.listsAll ? ['ALL=1'] : []),
    `NAMED=${named.length}`,
    `COUNT=${values.length}`,
    ...pairs,
    'end',
  ].join('&')
  const variables = new Map([
    ['DOORMAN_DIALLED', dialled],
    ...pairs.map((pair, index) => [`DOORMAN_HEADER_${index + 1}`, pair] as const),
    ...values.map(([, value], index) => [`DOORMAN_VALUE_${index + 1}`, restOf(value)] as const),
  ])
  return { text, variables }
}

/** `FIELDQTY/URIENCODE(SHIFT)/URIENCODE(SHIFT)/URIENCODE(SHIFT)`. */
function inPieces(value: string | Buffer): string {
  const pieces = piecesOf(value)
  const shown = [0, 1, 2].map((index) => uriEncode(pieces[index] ?? ''))
  return [pieces.length, ...shown].join('/')
}

function piecesOf(value: string | Buffer): readonly Buffer[] {
  const latin = Buffer.from(value).toString('latin1')
  return latin === '' ? [] : latin.split(')').map((piece) => Buffer.from(piece, 'latin1'))
}

function restOf(value: string | Buffer): string {
  return piecesOf(value).slice(3).join(')')
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
