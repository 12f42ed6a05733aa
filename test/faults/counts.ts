import type { RapidCallReport } from './caller.js'
import { ANSWER_OF, type Kind } from './flow-files.js'

/** A call that was placed, and what its caller saw. */
export interface PlacedCall {
  readonly kind: Kind
  readonly report: RapidCallReport
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

export function countsOf(calls: readonly PlacedCall[], down?: GoingDown): Counts {
  const ends = calls.map((call) => ({ ...call, end: endOf(call, down) }))
  const count = (end: End) => ends.filter((call) => call.end === end).length
  const taken = ends.filter(({ end }) => end !== 'not_taken')
  const longest = (wait: (report: RapidCallReport) => number) =>
    Math.round(taken.reduce((most, { report }) => Math.max(most, wait(report)), 0))
  const lostHow = new Map<string, number>()
  for (const { kind, report } of ends.filter(({ end }) => end === 'lost')) {
    const how = `${kind.name}: ${report.isCutShort ? 'cut short' : (report.status ?? 'no answer')}`
    lostHow.set(how, (lostHow.get(how) ?? 0) + 1)
  }
  return {
    ...{ offered: taken.length, routed: count('routed'), fallback: count('fallback'), lost: count('lost') },
    longest_wait_ms: longest(({ waitMs }) => waitMs),
    longest_from_first_ms: longest(({ waitFromFirstMs }) => waitFromFirstMs),
    not_taken: count('not_taken'),
    lost_how: Object.fromEntries(lostHow),
  }
}

/** A call whose function fails belongs into the fallback and is counted there. */
function endOf({ kind, report }: PlacedCall, down: GoingDown | undefined): End {
  const { status, isTaken, isCutShort, begunAt, waitFromFirstMs } = report
  // The answer counts: an INVITE that was on its way when Asterisk was told to stop is refused like those after it.
  const isWhileDown = down !== undefined && begunAt + waitFromFirstMs >= down.from && begunAt <= down.to
  const isRefused = isWhileDown && REFUSALS.includes(status)
  if (!isTaken || isRefused) return 'not_taken'
  if (isCutShort) return 'lost'
  if (status === ANSWER_OF.last) return 'fallback'
  return status === ANSWER_OF[kind.flow] ? 'routed' : 'lost'
}
