import type { PlacedCall } from '../support/calls.js'
import { ANSWER_OF, type Kind } from './flow-files.js'

/** A call that was placed, and what its caller saw. */
export interface CallOfKind {
  readonly kind: Kind
  readonly call: PlacedCall
}

/** What became of the calls of one fault. */
export interface Counts {
  /** Calls that Asterisk took; each is one of the next three. */
  readonly offered: number
  readonly routed: number
  readonly fallback: number
  readonly lost: number
  readonly longest_wait_ms: number
  /** The longest wait from the first INVITE on, before Asterisk took the call. */
  readonly longest_from_first_ms: number
  /** Calls that Asterisk never took: it was down, or was going down. */
  readonly not_taken: number
  /** What the lost calls saw: answer → how many. */
  readonly lost_how: Readonly<Record<string, number>>
}

type End = 'routed' | 'fallback' | 'lost' | 'not_taken'

/** When Asterisk was going down, by `performance.now()`. */
export interface GoingDown {
  readonly from: number
  readonly to: number
}

/** The answers by which Asterisk refuses calls while it goes down. */
const REFUSALS: readonly (number | undefined)[] = [404, 500, 503]

export function countsOf(calls: readonly CallOfKind[], down?: GoingDown): Counts {
  const ends = Object.groupBy(calls, (call) => endOf(call, down))
  const { routed = [], fallback = [], lost = [], not_taken = [] } = ends
  const taken = [...routed, ...fallback, ...lost].map(({ call }) => call)
  const longest = (wait: (call: PlacedCall) => number) =>
    Math.round(taken.reduce((most, call) => Math.max(most, wait(call)), 0))
  const lostHow = Object.groupBy(lost, ({ kind, call }) => {
    return `${kind.name}: ${call.hungUpBy === 'pbx' ? 'cut short' : (call.status ?? 'no answer')}`
  })
  return {
    ...{ offered: taken.length, routed: routed.length, fallback: fallback.length, lost: lost.length },
    longest_wait_ms: longest(({ wait_ms }) => wait_ms),
    longest_from_first_ms: longest(({ waitFromFirst_ms }) => waitFromFirst_ms),
    not_taken: not_taken.length,
    lost_how: Object.fromEntries(Object.entries(lostHow).map(([how, calls]) => [how, calls?.length ?? 0])),
  }
}

/** A call whose function fails belongs into the fallback and is counted there. */
function endOf({ kind, call }: CallOfKind, down: GoingDown | undefined): End {
  const { status, isTaken, hungUpBy, begunAt, waitFromFirst_ms } = call
  // The answer counts: an INVITE that was on its way when Asterisk was told to stop is refused like those after it.
  const isWhileDown = down !== undefined && begunAt + waitFromFirst_ms >= down.from && begunAt <= down.to
  const isRefused = isWhileDown && REFUSALS.includes(status)
  if (!isTaken || isRefused) return 'not_taken'
  if (hungUpBy === 'pbx') return 'lost'
  if (status === ANSWER_OF.last) return 'fallback'
  return status === ANSWER_OF[kind.flow] ? 'routed' : 'lost'
}
