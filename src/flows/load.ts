import type { Reason } from '../routing/types.js'
import { type CompiledFiles, compileFiles } from './compile.js'
import type { Functions } from './final-decision.js'
import type { Problem } from './problem.js'
import type { FlowFunction } from './revision.js'
import { type Difference, type ExampleFailure, runExamples } from './run-examples.js'

/** Loads code flows to see whether they can be loaded; `FunctionRunner` does. */
export interface FunctionCheck {
  check(functions: Iterable<FlowFunction>): Promise<readonly Problem[]>
}

/**
 * A flows folder → a revision that may decide calls: compiled and tried. Every code flow is loaded once, and where
 * they are sound, every example is run, so that what would fail with the first call is a problem now.
 *
 * @param compile `compileInWorker` where calls are decided meanwhile.
 */
export async function loadRevision(
  folder: string,
  functions: FunctionCheck & Functions,
  compile: (folder: string) => Promise<CompiledFiles> = compileFiles,
): Promise<CompiledFiles> {
  const compiled = await compile(folder)
  if (!compiled.ok) return compiled
  const { revision, warnings, files } = compiled
  const problems = [...(await functions.check(revision.functions.values()))]
  if (problems.length === 0) {
    const failures = await runExamples(revision.examples, revision, functions)
    problems.push(...failures.map(exampleProblem))
  }
  return problems.length === 0 ? compiled : { ok: false, problems, warnings, files }
}

/**
 * A failed example as a problem: `"VIPs" does not hold: expected flow vip_support_flow, got general_support_flow
 * (VIP callers: …)`, on one line.
 */
export function exampleProblem(failure: ExampleFailure): Problem {
  const { example, differences } = failure
  const differs = differences.map(formatDifference).join('; ')
  const because = decisiveReasons(failure).map(({ rule, why }) => `${rule}: ${why}`)
  const explanation = because.length === 0 ? '' : ` (${because.join('; ')})`
  const message = `"${example.name}" does not hold: ${differs}${explanation}`.replace(/\s+/g, ' ')
  return Object.freeze({ ...example.place, code: 'flows.example', message })
}

function formatDifference({ what, expected, got, at }: Difference): string {
  const name = at === '' ? what : `${what}.${at}`
  return `expected ${name} ${formatValue(expected)}, got ${formatValue(got)}`
}

const LONGEST = 120

function formatValue(value: Difference['got']): string {
  if (value === undefined || value === null) return 'none'
  const text = typeof value === 'string' ? value || '""' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

/** Of all rules that were tried, the one that took the call, and the one that was expected. */
function decisiveReasons({ example, differences, reasons }: ExampleFailure): readonly Reason[] {
  const about = new Set<string>(differences.map(({ what }) => `(${what})`))
  return reasons.filter(
    (reason, index) =>
      about.has(reason.rule) || reason.rule === example.expect.rule || isLast(reason, index, reasons),
  )
}

/** The rule that took the call; where it runs a function, that stands behind it. */
function isLast({ matched }: Reason, index: number, reasons: readonly Reason[]): boolean {
  if (index === reasons.length - 1) return true
  return matched && index === reasons.length - 2 && reasons.at(-1)?.rule === '(function)'
}
