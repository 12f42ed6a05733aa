import { InvalidArgumentError, Option } from 'commander'
import type { State } from '../conversation/state.js'
import { Databases } from '../databases/databases.js'
import {
  answersOfExample,
  type Example,
  factsOfExample,
  type GivenAnswer,
  unknownAnswer,
} from '../flows/examples.js'
import type { FunctionRunner } from '../flows/functions/function-runner.js'
import { unknownKey } from '../flows/read-condition.js'
import { lookupsInCodeOf, type Revision } from '../flows/revision.js'
import { explainCall } from '../history/sentence.js'
import { safeJson, safeLine } from '../lib/text.js'
import { asker } from '../lookups/lookup-client.js'
import { Lookups } from '../lookups/lookups.js'
import type { CallContext } from '../routing/call-context.js'
import { contextOf, withAnswers } from '../routing/context-of.js'
import { neededLookups } from '../routing/lookup-state.js'
import type { OutsideData, Remembered, RememberedValues } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'
import type { Settings } from '../settings/index.js'
import {
  type DoormanCommand,
  type Header,
  printError,
  printResult,
  Refusal,
  withRevision,
} from './command.js'
import { renderGreeting } from './greet.js'
import { storedMemory, storedOutside } from './stored.js'
import { FACTS_HEADING, formatFacts, formatGreeting, formatRules } from './why.js'

type GivenAnswers = Readonly<Record<string, GivenAnswer>>

interface Options {
  readonly from: string
  readonly to: string
  readonly name?: string
  readonly trunk?: string
  readonly header?: readonly Header[]
  readonly attestation?: Example['call']['attestation']
  readonly state?: State
  readonly memory?: RememberedValues
  readonly at?: Date
  readonly lookup?: GivenAnswers
  readonly ask?: true
  readonly hear?: string | true
  readonly verbose?: true
  readonly json?: true
}

export function addExplain(program: DoormanCommand): void {
  program
    .command('explain')
    .description('say where a call would go and why, without placing one')
    .requiredOption('--from <number>', 'caller number, as the trunk would send it')
    .requiredOption('--to <number>', 'number that is dialled')
    .option('--trunk <endpoint>', 'PJSIP endpoint that the call comes in on')
    .option('--name <text>', 'caller name')
    .takes('header')
    .addOption(new Option('--attestation <level>', 'STIR/SHAKEN').choices(['A', 'B', 'C', 'failed']))
    .option('--state <json>', 'state that the call has already', parseState)
    .option('--memory <key=value>', 'a value that is remembered of the caller; may be repeated', addMemory)
    .option('--at <instant>', 'instant of the call, as 2026-12-24T18:00:00Z (default: now)', parseInstant)
    .option('--lookup <name.field=value>', 'what a lookup says; may be given several times', addLookup)
    .option('--ask', 'send the requests of lookups that a call would send')
    .option('--hear [file.wav]', 'write what the caller would hear as a greeting (default: greeting.wav)')
    .takes('flows', 'verbose', 'json')
    .does('files', async (settings, options: Options) => {
      const explained = await withRevision(settings.DOORMAN_FLOWS, async (revision, functions) =>
        explain(options, settings, revision, functions),
      )
      if (options.hear) await hear(explained, options.hear === true ? 'greeting.wav' : options.hear)
      const next = options.verbose ? undefined : 'the same with --verbose shows every fact and its source'
      printResult(options, toJson(explained), toText(explained, options), next)
    })
}

/** Writes the greeting to a file. @throws Refusal */
async function hear({ final: { greeting }, revision }: Explained, file: string): Promise<void> {
  if (greeting === undefined)
    throw new Refusal('greeting', 'This call is not greeted, so there is nothing to hear.')
  await renderGreeting(greeting, revision.routing, file)
  printError(`Note: ${file} has what the caller would hear.`)
}

type Explained = Awaited<ReturnType<typeof explain>>

async function explain(options: Options, settings: Settings, revision: Revision, functions: FunctionRunner) {
  const { from, to, name = '', trunk, header = [], attestation, state = {}, at = new Date() } = options
  const headers: Record<string, string[]> = {}
  for (const [key, value] of header) headers[key] = [...(headers[key] ?? []), value]
  const facts = factsOfExample({ from, to, name, trunk, headers, attestation, state })
  noteUnknownTrunk(facts, revision)
  const known = contextOf(facts, revision.routing, at, await storedOutside(settings, revision))
  const stored = await storedMemory(settings, known)
  const given = withAnswers(known, {
    answers: givenAnswers(options, revision),
    memory: withMemory(stored, options.memory ?? {}, revision),
  })
  const context = options.ask ? withAnswers(given, { answers: await ask(given, revision, settings) }) : given
  noteOpenLookups(context, revision)
  return { revision, ...(await explainCall(context, { revision, functions, callId: 'explain' })) }
}

function givenAnswers({ lookup = {} }: Options, { routing }: Revision): OutsideData['answers'] {
  for (const [name, said] of Object.entries(lookup)) {
    const problem = unknownAnswer(name, said, routing.lookups)
    if (problem !== undefined) throw new Refusal('usage', `In --lookup ${problem}`)
  }
  return answersOfExample({ lookups: { ...lookup } })
}

/** As for a call, but with more time, and without what a running Doorman knows already. */
async function ask(
  context: CallContext,
  revision: Revision,
  settings: Settings,
): Promise<OutsideData['answers']> {
  const databases = new Databases(settings.databases)
  const ignore = () => undefined
  const lookups = new Lookups({
    ask: asker({ databases, secrets: settings.secrets }),
    log: { info: ignore, warn: ignore },
    metrics: { lookup: ignore, lookupUp: ignore },
  })
  try {
    await lookups.use(context.routing)
    return await lookups.answers(context, revision, Number.POSITIVE_INFINITY)
  } finally {
    lookups.stop()
    await databases.stop()
  }
}

/** `crm.tier=gold`, or `crm=late` for one without values. */
function addLookup(text: string, before: GivenAnswers = {}): GivenAnswers {
  const [, name = '', field, value = ''] = /^([^.=]+)(?:\.([^=]+))?=(.*)$/.exec(text) ?? []
  const known = before[name]
  if (field !== undefined)
    return { ...before, [name]: { ...(typeof known === 'object' && known), [field]: value } }
  if (value === 'missing' || value === 'late' || value === 'failed') return { ...before, [name]: value }
  throw new InvalidArgumentError('Write it as crm.tier=gold, or as crm=missing, crm=late or crm=failed.')
}

/** The values of `--memory` count before those that are stored; also where none can be read. */
function withMemory(
  stored: Remembered | undefined,
  given: RememberedValues,
  { routing: { memory } }: Revision,
): Remembered | undefined {
  for (const key of Object.keys(given)) {
    const problem = unknownKey(key, memory)
    if (problem !== undefined) throw new Refusal('usage', `In --memory: ${problem}`)
  }
  if (Object.keys(given).length === 0) return stored
  return { calls: stored?.calls ?? [], values: { ...stored?.values, ...given } }
}

/** With a mistyped trunk the answer would be right and misleading. */
function noteUnknownTrunk({ trunk }: CallFacts, { routing }: Revision): void {
  if (trunk === undefined || routing.trust.has(trunk)) return
  const known = [...routing.trust.keys()].join(', ') || 'none'
  printError(`Note: ${trunk} is not under "trunks", so it is trusted for nothing; known are: ${known}.`)
}

/** The answer may depend on them. */
function noteOpenLookups(context: CallContext, revision: Revision): void {
  const [open] = neededLookups(context, lookupsInCodeOf(revision))
  if (open === undefined) return
  const { name, take } = open.lookup
  const [field] = take.keys()
  printError(
    `Note: ${name} was not asked. --ask asks it; --lookup ${name}.${field}=VALUE says what it answers.`,
  )
}

function parseInstant(text: string): Date {
  const at = new Date(text)
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('Write it as 2026-12-24T18:00:00Z.')
  return at
}

function addMemory(text: string, before: RememberedValues = {}): RememberedValues {
  const [, key, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.+)$/.exec(text) ?? []
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Write it as language=de.')
  return { ...before, [key]: value }
}

function parseState(text: string): State {
  try {
    const state: unknown = JSON.parse(text)
    if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as State
  } catch {
    // The error below says what is expected.
  }
  throw new Refusal('usage', '--state takes a JSON object, such as {"city":"Albany"}.')
}

/** Scripts rely on these keys. */
function toJson({ final, revision, reasons, provenance, hearsay }: Explained) {
  const { rule, vip, branch = null, callerNumber, calleeNumber } = final.decision
  return {
    ...{ revision: revision.id, flow: final.flow.name, rule, vip, branch, callerNumber, calleeNumber },
    ...{ state: final.state, greeting: final.greeting ?? null, reasons, facts: provenance, hearsay },
  }
}

function toText(explained: Explained, { verbose }: Options): string {
  const { final, revision, sentence, reasons, provenance } = explained
  const { flow, state } = final
  const { branch, vip } = final.decision
  const lines = [
    ...[sentence, ...formatRules({ reasons, reasonsOmitted: 0 }, verbose)],
    `flow      ${flow.name}  (${flow.context},${flow.extension},${flow.priority})`,
    `vip       ${vip ? 'yes' : 'no'}`,
    `branch    ${branch ?? '-'}`,
    `state     ${safeJson(state)}`,
    `greeting  ${formatGreeting(final.greeting)}`,
    `revision  ${revision.id}`,
    ...(verbose ? [FACTS_HEADING, ...formatFacts({ provenance })] : []),
  ]
  return lines.map(safeLine).join('\n')
}
