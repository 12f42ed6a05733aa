import { Argument } from 'commander'
import { type ShownOverride, shownOverride } from '../call/overrides.js'
import { findInstance, NotRunningError, readOverrides, sendOverride } from '../control/client.js'
import { describeInstant } from '../hours/hours.js'
import { Columns } from '../lib/text.js'
import { localTime } from '../lib/units.js'
import { userName } from '../settings/find.js'
import { type DoormanCommand, printError, printResult, Refusal, widthOf } from './command.js'
import { storeIn } from './stored.js'

type State = ShownOverride['state']

interface Options {
  readonly until?: string
  readonly why?: string
  readonly end?: true
  readonly json?: true
}

export function addOverride(program: DoormanCommand): void {
  program
    .command('override')
    .argument('[name]', 'of the hours')
    .addArgument(new Argument('[state]', 'what they are instead').choices(['open', 'closed']))
    .description('open or close hours for a time; without a state: list the overrides that are on')
    .option('--until <time>', 'when it ends: 18:00, 90m, "2026-12-24 18:00" or 2026-12-24T17:00:00Z')
    .option('--why <reason>', 'for explanations, and for {hours.office.why}')
    .option('--end', 'end the override of these hours now')
    .takes('data', 'json')
    .does('files', async ({ DOORMAN_DATA: data }, options: Options, name?: string, state?: State) => {
      const change = changeOf(name, state, options)
      if (name === undefined || change === undefined) return list(data, name, options)
      const answer = await sendOverride(await findInstance(data), name, { by: userName(), ...change })
      if (!answer.ok) throw new Refusal('override', answer.error)
      const said = options.end ? `The override of ${name} has ended.` : format(answer.override)
      const lost = options.end ? 'it is on again' : 'it is lost'
      const text = answer.stored
        ? said
        : `${said}\nThe database cannot be written: after a restart of Doorman ${lost}.`
      printResult(options, answer, text, `doorman hours ${name} says what callers meet`)
    })
}

/** What to send of the command line; undefined where overrides are to be listed. */
function changeOf(name: string | undefined, state: State | undefined, options: Options) {
  const { until, why = '', end } = options
  const refuse = (message: string) => new Refusal('usage', message)
  if (end) {
    if (name === undefined) throw refuse('Give the name of the hours, as: doorman override office --end')
    if (state !== undefined || until !== undefined) throw refuse('--end takes no state and no --until.')
    return {}
  }
  if (state === undefined) {
    if (until === undefined && why === '') return undefined
    throw refuse(`Say what they are, as: doorman override ${name ?? 'office'} closed --until 18:00`)
  }
  if (until === undefined)
    throw refuse('An override ends by itself. Say when, as --until 18:00 or --until 90m.')
  return { state, until, why }
}

async function list(data: string, name: string | undefined, options: Options): Promise<void> {
  const all = await running(data)
  const overrides = all.filter((one) => name === undefined || one.name === name)
  const none = name === undefined ? 'No override is on.' : `No override of ${name} is on.`
  const rows = overrides.map((one) => [one.name, one.state, ends(one), one.by, one.why])
  const table = new Columns(widthOf(process.stdout)).lines([['hours', '', 'until', 'by', 'why'], ...rows])
  printResult(options, { overrides }, overrides.length === 0 ? none : table.join('\n'))
}

/** Those of the running Doorman; where none runs, those that it would begin with. */
async function running(data: string): Promise<readonly ShownOverride[]> {
  try {
    return await readOverrides(await findInstance(data))
  } catch (error) {
    if (!(error instanceof NotRunningError)) throw error
    printError(`${error.message}\nWhat is stored counts when it starts:`)
    const stored = await storeIn({ DOORMAN_DATA: data }).overrides()
    const ahead = stored.filter(({ until }) => until > Date.now())
    return ahead.map(({ name, ...override }) => shownOverride(name, override))
  }
}

/** `office is closed until today at 18:00 (Europe/Berlin; 2026-12-24T17:00:00.000Z): fire drill` */
function format(override: ShownOverride): string {
  const { name, state, zone, until, why } = override
  return `${name} is ${state} until ${ends(override)} (${zone}; ${until})${why === '' ? '' : `: ${why}`}`
}

function ends({ zone, until }: ShownOverride): string {
  if (zone === null) return localTime(new Date(until))
  return describeInstant({ zone }, Date.parse(until), Date.now())
}
