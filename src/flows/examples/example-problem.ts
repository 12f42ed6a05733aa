import type { Difference, ExampleFailure } from '../../history/run-examples.js'
import type { Reason } from '../../routing/types.js'
import type { Problem } from '../problem.js'

/**
 * A failed example as a problem of the flow files: `"VIPs" does not hold: expected flow vip_support_flow, got
 * general_support_flow (VIP callers: …)`, on one line.
 */
export function exampleProblem(failure: ExampleFailure): Problem {
  const { example, differences } = failure
  const differs = differences.map(differenceWords).join('; ')
  const because = tellingReasons(failure).map(({ rule, why }) => `${rule}: ${why}`)
  const explanation = because.length === 0 ? '' : ` (${because.join('; ')})`
  const message = `"${example.name}" does not hold: ${differs}${explanation}`
  return Object.freeze({ ...example.place, message: message.replace(/\s+/g, ' ') })
}

function differenceWords({ what, expected, got, at }: Difference): string {
  const name = at === '' ? what : `${what}.${at}`
  return `expected ${name} ${words(expected)}, got ${words(got)}`
}

const LONGEST = 120

function words(value: Difference['got']): string {
  if (value === undefined || value === null) return 'none'
  const text = typeof value === 'string' ? value || '""' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** Of all rules that were tried, what took the call, and what kept it from what was expected. */
function tellingReasons({ example, differences, reasons }: ExampleFailure): readonly Reason[] {
  const about = new Set<string>(differences.map(({ what }) => `(${what})`))
  const wanted = example.expect.rule
  return reasons.filter(
    (reason, index) => about.has(reason.rule) || reason.rule === wanted || isLast(reason, index, reasons),
  )
}

/** The rule that took the call; where it runs a function, that stands behind it. */
function isLast({ matched }: Reason, index: number, reasons: readonly Reason[]): boolean {
  if (index === reasons.length - 1) return true
  return matched && index === reasons.length - 2 && reasons.at(-1)?.rule === '(function)'
}
