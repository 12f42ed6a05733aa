import { parseFlowDocument } from '../../../src/flows/document/flow-document.js'
import { lintCalls } from '../../../src/flows/lint/lint-calls.js'
import { formatProblem } from '../../../src/flows/problem.js'
import type { CallRecord } from '../../../src/history/recorded-calls.js'
import { type Files, revisionOf, warningLines } from '../temp-folder.js'

const HEAD = `default_country: US
trunks: { a: { trust: [caller_number, X-VIP, X-A] }, b: { trust: [X-A] } }
vip: { numbers: ["+15551234567"], files: [vips.csv], headers: { X-VIP: [gold, platinum] } }
branches:
  North: { numbers: ["+15557654321", "+15557654322"] }
  South: { numbers: "+1666*" }
flows: { main: { context: main } }
otherwise: main
rules:`
const FIRST_RULE = HEAD.split('\n').length + 1

/** A folder whose rules have these conditions, on a line each: the first is called `rule 1`. */
export function rulesOf(...conditions: readonly string[]): Files {
  const rules = conditions.map((condition) => `  - { when: ${condition}, goto: main }`)
  return { 'routing.yaml': `${[HEAD, ...rules].join('\n')}\n`, 'vips.csv': '+15552000001\n+15552000002\n' }
}

/** The warnings about these rules as `1: message`, by the number of the rule; the words come after its name. */
export async function lintOf(...conditions: readonly string[]): Promise<readonly string[]> {
  const lines = await warningLines(rulesOf(...conditions))
  return lines.map((line) => {
    const [, at = '', message = ''] = /^routing\.yaml:(\d+):\d+: (.*)$/.exec(line) ?? []
    return `${Number(at) - FIRST_RULE + 1}: ${message}`
  })
}

/** What `check` says of these files once such calls were recorded. */
export async function callLint(files: Files, calls: readonly CallRecord[]): Promise<readonly string[]> {
  const { routing } = await revisionOf(files)
  const document = parseFlowDocument('routing.yaml', Buffer.from(files['routing.yaml'] ?? ''))
  return (await lintCalls(document, routing, calls)).map(formatProblem)
}
