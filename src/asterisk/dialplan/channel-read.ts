/**
 * The one read of a call: everything that a revision wants to know of a channel in a single dialplan
 * expression, and the way back from its text to values.
 *
 * Each part is percent-encoded by Asterisk (`URIENCODE`), so that no byte of a value can pass for the `&`
 * between two parts, and nothing in a header is evaluated a second time. A function that fails (a header that
 * is not there, a channel that is not PJSIP, a module that is not loaded) leaves its part empty and the
 * others whole. Both shown on 16.28 and 22.10.
 *
 * One function is never asked for: `PJSIP_HEADERS`, the list of names. Where the caller has just hung up it takes
 * all of Asterisk down with it (a null pointer in `func_read_headers`; seen on 22.10.1 under load, and the current
 * source reads the same). In the dialplan, where a call's own thread asks, it is safe; so the entry
 * context asks it there.
 */

/**
 * Asterisk answers 400 to an HTTP request line over 4,096 bytes (16.28 and 22.10), and an expression travels in
 * one, percent-encoded and so half as long again. What is kept back is for the method, the path and a long
 * channel id. An expression of its own may have 4,096 bytes, and is always shorter than that.
 */
const MAX_ENCODED = 3_800

/** How often one header is looked for in the first read; a call with as many repeats costs a second read. */
export const REPEATS_AT_ONCE = 2

/** How many repeats of one header are read at all. */
export const MAX_REPEATS = 10

/** A header's name as RFC 3261 allows it (`token`), less what means something to the dialplan's own parser. */
const SAFE_HEADER_NAME = /^[A-Za-z0-9!._+~-]{1,80}$/

export function isReadableHeaderName(name: string): boolean {
  return SAFE_HEADER_NAME.test(name)
}

export function variable(name: string): string {
  return `\${URIENCODE(\${${name}})}`
}

/** The n-th header of that name, counted from 1. */
export function header(name: string, instance: number): string {
  return variable(`PJSIP_HEADER(read,${name},${instance})`)
}

/**
 * The names of the headers that begin so, with commas between them; also of those that are empty. For the dialplan
 * alone, see above. Asterisk 16.20 and later.
 */
export function headerNames(prefix: string): string {
  return variable(`PJSIP_HEADERS(${prefix})`)
}

/**
 * One header, to be read for itself and not in an `EVAL`: only then does Asterisk tell an empty header, which is an
 * empty text, from one that is not there, which is refused.
 */
export function plainHeader(name: string): string {
  return `PJSIP_HEADER(read,${name},1)`
}

/** Parts → expressions for `Pbx.read`, as few as the length limit allows; none for no parts, as `EVAL()` fails. */
export function expressions(parts: readonly string[]): readonly string[] {
  const groups: string[][] = [[]]
  let length = 0
  for (const part of parts) {
    const added = encodeURIComponent(`${part}&`).length
    if (length + added > MAX_ENCODED) {
      groups.push([])
      length = 0
    }
    groups.at(-1)?.push(part)
    length += added
  }
  return groups.filter((group) => group.length > 0).map((group) => `EVAL(${group.join('&')})`)
}

/**
 * Asterisk hands over 4,095 characters of a percent-encoded value and cuts the rest, up to two characters earlier
 * where a `%XX` would be cut in two. A longer header gives nothing at all. What was cut is no value: both count as
 * not there (16.28, 22.10).
 */
const CUT_LENGTH = 4_093

/**
 * The text of one expression → the values of its parts. Bytes that are not UTF-8 become U+FFFD, as everywhere
 * on the web; a part that is no percent-encoding (nothing of ours) comes back as it is.
 */
export function values(text: string): readonly string[] {
  return text.split('&').map((part) => (part.length >= CUT_LENGTH ? '' : percentDecode(part)))
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return decodeBytes(text)
  }
}

/** For what is no UTF-8, or no percent-encoding throughout. */
function decodeBytes(text: string): string {
  // Every second piece is what the group matched.
  const pieces = text.split(/(%[0-9A-Fa-f]{2})/)
  const bytes = pieces.map((piece, index) =>
    index % 2 === 1 ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece, 'utf8'),
  )
  return Buffer.concat(bytes).toString('utf8')
}
