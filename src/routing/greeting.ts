import type { CallContext } from './call-context.js'
import type { CallerRow } from './number-table.js'
import { fillText, lookUp, placeholdersIn } from './template.js'
import type { Greet, Greeting, Routing, State } from './types.js'

/** What is known of a call; nothing of an undecidable one. */
interface Known {
  readonly context?: CallContext
  /** Of the decision, for `{state.city}`. */
  readonly state?: State
  /** What a code flow said; empty where the call is to hear nothing. */
  readonly said?: string | undefined
}

/** What a call hears before its flow: what a code flow said, else the first of `greets` that says something. */
export function greetingOf(
  greets: readonly Greet[],
  { context, state = {}, said }: Known,
): Greeting | undefined {
  const greet = greets.find(({ say }) => say !== undefined)
  const { say } = greet ?? {}
  const template = textOf(greet)
  const row = context?.callerRow
  const own = greet === undefined ? undefined : row?.greeting_file
  const recording = typeof say === 'object' ? say.recording : undefined
  const fill = (name: string) =>
    spoken(name, row, () => (context === undefined ? '' : lookUp(name, context)), state)
  const text = said ?? fillText(template, fill)
  const greeting = {
    recording: said === undefined ? own || recording : undefined,
    text: text.trim(),
    defaultText: said === '' ? '' : defaultText(template),
    play: (said === undefined ? greet : greets[0])?.play ?? 'before_flow',
  }
  return greeting.text === '' && greeting.recording === undefined ? undefined : greeting
}

/**
 * The texts that calls may hear, as far as they are known before a call: those without values, then for each row of
 * `callers` those that need only the row. Lazy, as there may be a million rows.
 */
export function* knownTexts(routing: GreetingRouting, callers: Iterable<CallerRow>): Generator<string> {
  const templates = [...new Set(greetTexts(routing))]
  yield* templates.map(defaultText).filter((text) => text !== '')
  const personal = templates.filter((text) => {
    const names = placeholdersIn(text)
    return names.length > 0 && names.every((name) => name.startsWith('caller.'))
  })
  if (personal.length === 0) return
  for (const row of callers)
    for (const template of row.greeting_file ? [] : personal)
      yield fillText(template, (name) =>
        spoken(name, row, () => row[name.slice('caller.'.length)] ?? ''),
      ).trim()
}

type GreetingRouting = Pick<Routing, 'rules' | 'branches' | 'greets'>

/** Every text of a greeting, as it is written. */
export function greetTexts({ rules, branches, greets }: GreetingRouting): readonly string[] {
  const written = [...rules, ...branches].map(({ greet }) => greet)
  return [...written, greets.otherwise, greets.undecidable].map(textOf).filter((text) => text !== '')
}

/** Its text as it is written; empty where it has none. */
export function textOf({ say }: Partial<Greet> = {}): string {
  return typeof say === 'string' ? say : ''
}

const defaultText = (template: string): string => fillText(template, () => '').trim()

/** A name is spoken as its row says, in the column `say_as`. */
function spoken(name: string, row: CallerRow | undefined, lookUp: () => string, state: State = {}): string {
  if (name === 'caller.name' && row?.say_as) return row.say_as
  if (!name.startsWith('state.')) return lookUp()
  const value = new Map(Object.entries(state)).get(name.slice('state.'.length)) ?? ''
  return typeof value === 'object' ? '' : String(value)
}
