/**
 * What the entry context tells Doorman about a call when it hands it over: the arguments of `Stasis()`.
 *
 * They are the same parts as those of the one read (see channel-read.ts), evaluated in the call's own thread: that
 * saves a request, and a header that is read there cannot meet the end of its call, which over ARI it can. Each part
 * is percent-encoded by Asterisk, so that neither a comma in a header nor a byte that is no UTF-8 comes through.
 *
 *     Stasis(doorman,7f3a90c2,carrier-a&sip%3A%2B1555…&gold,.)
 *                    │        │                             └ the end: Asterisk cuts arguments at 8,191 bytes
 *                    │        └ the values, in the order of the parts
 *                    └ which parts these are: a revision that needs others reads by ARI instead
 */
import { createHash } from 'node:crypto'

/** The parts that one entry context hands over. */
export interface Briefing {
  /** Eight hex digits that stand for the parts and their order. */
  readonly id: string
  /** The dialplan expression that makes the values. */
  readonly expression: string
}

const END = '.'
/** What parts it from the values: a comma, or a colon where several Doormen are asked. */
const BEFORE_END = [',', ':']

/** Asterisk reads a line of its configuration into 8,192 bytes. What does not fit is read by ARI. */
const MAX_EXPRESSION = 6_000

/** What a dialplan that briefs us can do besides; one that was generated before it could has another id. */
const DIALPLAN_KNOWS = 'notes\n'

/** Undefined where there are more parts than fit into a line of the dialplan. */
export function briefingOf(parts: readonly string[]): Briefing | undefined {
  const expression = parts.join('&')
  if (expression.length > MAX_EXPRESSION) return undefined
  return {
    id: createHash('sha256')
      .update(DIALPLAN_KNOWS + expression)
      .digest('hex')
      .slice(0, 8),
    expression,
  }
}

/** The arguments behind the application's name; `between` is what Asterisk parts them by. */
export function briefingArguments({ id, expression }: Briefing, between: ',' | ':'): string {
  return [id, expression, END].join(between)
}

/**
 * The values' text of arguments that came with a call; undefined where they are not of these parts, or not whole.
 * `URIENCODE` leaves parentheses as they are, and behind one that is not closed Asterisk parts no arguments.
 */
export function briefedText(args: readonly string[], { id }: Briefing): string | undefined {
  if (args[0] !== id) return undefined
  // As nearly always: what was told has no comma in it, and so is one argument.
  if (args.length === 3 && args[2] === END) return args[1]
  const text = args.slice(1).join(',')
  return BEFORE_END.some((mark) => text.endsWith(mark + END)) ? text.slice(0, -2) : undefined
}
