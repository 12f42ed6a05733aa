import type { Command } from 'commander'
import { EXAMPLES_FILE } from '../flows/examples.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { routingJsonSchema } from '../flows/schema.js'
import { checkTypes } from '../flows/type-check.js'
import { addExample, exampleOfCall, whyNoExample } from '../history/add-example.js'
import { calendarName, endsSoon } from '../hours/calendar.js'
import { counted } from '../lib/units.js'
import { greetTexts } from '../routing/greeting.js'
import type { Settings } from '../settings/index.js'
import { findSpeaker } from '../speech/renderer.js'
import { type DoormanCommand, EXIT, print, printResult, Refusal, refuseOn, settingsFor } from './command.js'
import { storedOutside, visitsOf } from './stored.js'

interface Options {
  readonly flows?: string
  readonly json?: true
  readonly schema?: true
}

export function addCheck(program: DoormanCommand): void {
  program
    .command('check')
    .description('check the flow files and print every problem as file:line:column')
    .takes('flows', 'json')
    .option('--schema', 'print the JSON Schema of routing.yaml instead, for editors')
    .action(async (options: Options, command: Command) => {
      if (options.schema) return print(JSON.stringify(routingJsonSchema(), null, 2))
      process.exitCode = await check(settingsFor(command, 'files'), options)
    })
}

async function check(settings: Settings, options: Options): Promise<number> {
  const { DOORMAN_FLOWS: folder, DOORMAN_RELOAD } = settings
  const functions = new FunctionRunner()
  const loaded = await loadRevision(folder, functions).finally(() => functions.stop())
  const types = await checkTypes(folder, loaded.files.keys())
  const ending = loaded.ok ? await endingCopies(settings, loaded.revision) : []
  const silent = loaded.ok ? await missingEngine(loaded.revision) : []
  const warnings = [...loaded.warnings, ...ending, ...silent]
  const problems = [...(loaded.ok ? [] : loaded.problems), ...types.problems]
  const revision = loaded.ok && problems.length === 0 ? loaded.revision : undefined
  const count = counted(problems.length, 'problem')
  const examples = revision?.examples.length ?? 0
  const lines = [
    ...problems.map(formatProblem),
    ...warnings.map((warning) => `${formatProblem(warning)} (warning)`),
    ...(types.skipped === undefined ? [] : [`${folder}: types of code flows not checked: ${types.skipped}`]),
    ...(examples > 0 ? [`${folder}: all examples hold (${examples})`] : []),
    `${folder}: ${revision === undefined ? count : `OK, revision ${revision.id}`}`,
  ]
  const next = DOORMAN_RELOAD === 'auto' && options.flows === undefined ? LOADED : whatWouldChange(options)
  printResult(
    options,
    { revision: revision?.id ?? null, problems, warnings },
    lines.join('\n'),
    revision && next,
  )
  return problems.length === 0 ? EXIT.ok : EXIT.failed
}

/** Calendars at a URL whose copy ends soon. */
async function endingCopies(settings: Settings, revision: Revision): Promise<readonly Problem[]> {
  const { calendars } = await storedOutside(settings, revision)
  return [...calendars].flatMap(([url, { inZone }]) => {
    const ends = [...inZone.values()].map((calendar) => endsSoon(calendar, Date.now()))[0]
    const message = `the calendar ${calendarName(url)} ${ends}`
    return ends === undefined ? [] : [{ file: '', line: 1, column: 1, code: 'flows.holidays_end', message }]
  })
}

/** What is to speak greetings, where this machine does not have it. */
async function missingEngine({ routing }: Revision): Promise<readonly Problem[]> {
  if (greetTexts(routing).length === 0) return []
  const problem = ({ message }: Error): Problem[] => [
    { file: '', line: 1, column: 1, code: 'flows.voice', message },
  ]
  return findSpeaker(routing.voice).then(() => [], problem)
}

const LOADED = 'doorman revisions says whether the running Doorman has loaded them'

function whatWouldChange({ flows }: Options): string {
  const draft = flows === undefined ? '' : ` --flows ${flows}`
  return `doorman diff${draft} says what would change, doorman replay${draft} for which calls`
}

interface ExampleOptions {
  readonly fromCall: string
  readonly name?: string
}

export function addExamples(program: DoormanCommand): void {
  program
    .command('examples')
    .description('the calls in examples.yaml whose flow no change of the rules may change')
    .command('add')
    .description('add a recorded call with the flow that it took')
    .requiredOption(
      '--from-call <id>',
      'its number in "doorman calls", id of its channel, SIP Call-ID, or last',
    )
    .option('--name <text>', 'name of the example')
    .takes('flows')
    .does('files', async (settings, options: ExampleOptions) => {
      const { DOORMAN_FLOWS: folder } = settings
      // Of several visits the last one counts.
      const [first, ...more] = await visitsOf(settings, options.fromCall)
      const call = more.at(-1) ?? first
      const why = whyNoExample(call)
      if (why !== undefined) throw new Refusal('examples_not_written', `Nothing was written: ${why}`)
      const example = exampleOfCall(call, options.name)
      const refuse = refuseOn('examples_not_written', 'Nothing was written.')
      const same = await addExample(folder, example).catch(refuse)
      const added = `added "${example.name}", which expects ${call.flow}. Run it with doorman check.`
      const known = same && `has this call already on line ${same.position.line}, as "${same.name}".`
      print(`${folder}/${EXAMPLES_FILE}: ${known ?? added}`)
    })
}
