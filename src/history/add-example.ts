import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isScalar, isSeq, parseDocument, stringify } from 'yaml'
import { EXAMPLES_FILE, type Example, type ExampleSource, readExamples } from '../flows/examples.js'
import { FlowFilesError } from '../flows/problem.js'
import { ifMissing, replaceFile } from '../lib/replace-file.js'
import { safeJson, safeText } from '../lib/text.js'
import { oneAtATime } from '../lib/waiting.js'
import { headerName } from '../routing/format.js'
import type { Answer, Remembered } from '../routing/outside-data.js'
import { ownLevel } from '../sip/attestation.js'
import type { CallRecord } from './recorded-calls.js'

/** Why a recorded call can be no example; undefined where it can. */
export function whyNoExample({ rule, masked, outcome }: CallRecord): string | undefined {
  if (rule === null) return `no rule decided this call (${outcome}), so that it can be no example.`
  return masked && 'this call was recorded with masked numbers, so that it can be no example.'
}

/**
 * A recorded call as an example: it must go where it went, with the same branch and VIP. The rule is left out:
 * a rule may be renamed or split, as long as the call arrives.
 */
export function exampleOfCall(record: CallRecord, name: string | undefined): ExampleSource {
  const { callerId, dialled, verification, state, at, flow, branch, vip } = record
  const trunk = record.endpoint ?? record.trunk
  return {
    name: name ?? `Call ${record.call} as recorded`,
    call: {
      from: callerId.number,
      to: dialled,
      ...(trunk === null ? {} : { trunk }),
      ...(callerId.name === '' ? {} : { name: callerId.name }),
      ...(record.headers.length === 0 ? {} : { headers: headersOf(record) }),
      ...(verification === null ? {} : { attestation: ownLevel(verification) }),
      at,
      ...(state === undefined ? {} : { state }),
      ...(record.outside?.memory === undefined ? {} : memoryOf(record.outside.memory)),
      ...(record.outside?.answers === undefined ? {} : { lookups: lookupsOf(record.outside.answers) }),
    },
    expect: { flow, branch, vip },
  }
}

function memoryOf({ values, calls }: Remembered): Pick<ExampleSource['call'], 'memory' | 'earlier_calls'> {
  const texts = Object.entries(values).map(([key, value]) => [key, String(value)])
  const memory = Object.fromEntries(texts) as Record<string, string>
  return { memory, earlier_calls: calls.map((call) => new Date(call).toISOString()) }
}

function headersOf({ headers }: CallRecord): Record<string, string | string[]> {
  const byName = Map.groupBy(headers, ([name]) => headerName(name))
  const values = [...byName].map(([name, all]) => [name, all.map(([, value]) => value)] as const)
  return Object.fromEntries(values.map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]))
}

/** What they said, however old it was. */
function lookupsOf(answers: Readonly<Record<string, Answer>>): ExampleSource['call']['lookups'] {
  const said = ({ result, values }: Answer) => (result === 'fresh' || result === 'stale' ? values : result)
  return Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, said(answer)]))
}

/**
 * Adds one example to the `examples.yaml` of a flows folder, which is written whole or not at all.
 * @returns the example of the same call, where the file has one already; then nothing was written
 * @throws FlowFilesError where problems of the file stand in the way; Error where it may not be written
 */
export function addExample(folder: string, example: ExampleSource): Promise<Example | undefined> {
  return inTurn(() => addNext(folder, example))
}

/** Two at once would each write the file without the example of the other. */
const inTurn = oneAtATime()

async function addNext(folder: string, example: ExampleSource): Promise<Example | undefined> {
  const path = join(folder, EXAMPLES_FILE)
  const text = await readFile(path, 'utf8').catch(ifMissing(''))
  const before = text.trim() === '' ? [] : soundExamples(text)
  const same = before.find(({ call }) => isDeepStrictEqual(call, example.call))
  if (same !== undefined) return same
  const written = withExample(text, example)
  soundExamples(written)
  await replaceFile(path, written)
  return undefined
}

function soundExamples(text: string): readonly Example[] {
  const { examples, problems } = readExamples(Buffer.from(text), undefined)
  if (problems.length > 0) throw new FlowFilesError(problems)
  return examples
}

const HEAD = `# Calls and what must come of them: "doorman check" and every reload run them, and refuse rules that break one.
examples: []
`

/** The text of `examples.yaml` with one more example, and all its comments. */
export function withExample(text: string, example: ExampleSource): string {
  const doc = parseDocument(text.trim() === '' ? HEAD : text)
  // Read back from its lines, so that it keeps the quotes in which its characters are written out.
  const added = parseDocument(exampleText(example))
  const list: unknown = doc.get('examples', true)
  if (isSeq(list)) {
    list.items.push(added.get(0, true))
    list.flow = false
  } else {
    // A key without a list holds the comment that follows it.
    if (isScalar(list) && added.contents !== null) added.contents.comment = list.comment ?? null
    doc.set('examples', added.contents)
  }
  const whole = doc.toString({ lineWidth: 0 })
  // What the admin wrote stays as it is.
  return text === safeText(text) ? safeText(whole) : whole
}

/** An example as an item of the list in `examples.yaml`. */
export function exampleText(example: ExampleSource): string {
  // An editor must show what is there: what hides or turns text is written out, which only quotes allow.
  const isTricky = JSON.stringify(example) !== safeJson(example)
  const written = stringify([example], {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: isTricky ? 'QUOTE_DOUBLE' : 'PLAIN',
  })
  return safeText(written)
}
