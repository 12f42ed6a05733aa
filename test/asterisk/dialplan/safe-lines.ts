/**
 * The rule for dialplan, checked over every line: no text of a caller is ever parsed by Asterisk.
 *
 * Asterisk puts an inner `${…}` in first and looks for the end of a function, its arguments and an offset afterwards
 * (pbx_variables.c), so a value is safe where no parser follows, or where it was proved to hold none of its delimiters.
 */

/** What a value may hold, from nothing that any parser knows to everything. */
type Kind = 'ours' | 'encoded' | 'piece' | 'caller'

interface Value {
  readonly text: string
  readonly kind: Kind
}

/** Whose values hold generated text and numbers alone; `lines` are checked to give them nothing else. */
export interface OwnValues {
  readonly variables: RegExp
  /** Whose values are percent-encoded: no text that ends an argument, but a parenthesis may stand in them. */
  readonly encoded?: RegExp
  /** Contexts that only Doorman sends calls to, so that their EXTEN is its own text. */
  readonly contexts: readonly string[]
}

/** Functions whose value is a number, or names something of the PBX's own, whatever they are asked about. */
const NUMBERS = new Set([
  'FIELDQTY',
  'LEN',
  'DIALPLAN_EXISTS',
  'REGEX',
  'VERSION',
  'TIMEOUT',
  'ISNULL',
  'MATH',
])
const PURE = new Set(['IF', 'FILTER', 'TOUPPER', 'TOLOWER'])
const OWN_FUNCTION =
  /^(CHANNEL\((name|channeltype|endpoint|state)\)|DB_EXISTS\([\w/-]+\)|DEVICE_STATE\([\w:-]+\))$/
/** Always Asterisk's own. */
const OWN_VARIABLE = /^(UNIQUEID|EPOCH|PRIORITY|CONTEXT|STASISSTATUS|DIALSTATUS|PLAYBACKSTATUS|AST[A-Z]+DIR)$/
/** Functions that take all of their argument as one text: nothing but `)` can end it. */
const OF_ONE_TEXT = new Set(['URIENCODE', 'LEN', 'REGEX', 'BASE64_ENCODE', 'SHA1', 'MD5'])
/** Applications that take their text as it is. */
const OF_PLAIN_TEXT = new Set(['NoOp', 'Log', 'Verbose'])
/** Regular expressions that leave no character with a meaning. */
const CLEAN = /^"\^\[(0-9A-Za-z\+\*#\._,?-|0-9)\]\+\$" /

/** Every step that gives a parser a caller's text, as `context,extension: App(…): why`; none where all are safe. */
export function unsafeSteps(text: string, own: OwnValues): readonly string[] {
  const found: string[] = []
  let [context, extension] = ['', '']
  let proved = new Map<string, 'piece' | 'ours'>()
  for (const line of text.split('\n')) {
    context = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? context
    const step =
      /^\s*(?:exten\s*=>?\s*(?<to>[^,]+)|same\s*=>?\s*),?\s*(?:\d+|n|hint)(?<label>\([\w-]+\))?\s*,(?<run>.*)$/.exec(
        line,
      )
    if (step?.groups === undefined) continue
    const { to, label, run = '' } = step.groups
    extension = to?.trim() ?? extension
    // A call may come to a new extension and to a label from anywhere.
    if (to !== undefined || label !== undefined) proved = new Map()
    const whys = new Step(run.replace(/(?<!\\);.*$/, '').trim(), { own, context, proved }).faults()
    found.push(...whys.map((why) => `${context},${extension}: ${run.trim()}: ${why}`))
  }
  return found
}

interface Known {
  readonly own: OwnValues
  readonly context: string
  readonly proved: Map<string, 'piece' | 'ours'>
}

class Step {
  readonly #faults: string[] = []
  readonly #run: string
  readonly #known: Known

  constructor(run: string, known: Known) {
    this.#run = run
    this.#known = known
  }

  faults(): readonly string[] {
    const [, application = this.#run, data = ''] = /^(\w+)\((.*)\)$/.exec(this.#run) ?? []
    if (OF_PLAIN_TEXT.has(application)) this.#values(data)
    else if (application === 'Set') this.#set(data)
    else if (application === 'Stasis' || application === 'StasisBroadcast')
      this.#demand(data, ['ours', 'encoded'], `an argument of ${application}()`)
    else this.#demand(data, ['ours'], `in ${application}()`)
    if (application === 'GotoIf') this.#learn(data)
    return this.#faults
  }

  /** `Set(X=…)` does not split its value, and so may have any; a function or a variable of our own may not. */
  #set(data: string): void {
    const equals = data.indexOf('=')
    const [name, value] = [data.slice(0, equals), data.slice(equals + 1)]
    this.#demand(name, ['ours'], 'in the name of a variable')
    const { variables, encoded } = this.#known.own
    const plain = name.replace(/^__?/, '').replace(/\$\{.*?\}/g, '1')
    if (variables.test(plain) || name.includes('(')) this.#demand(value, ['ours'], `as the value of ${name}`)
    else if (encoded?.test(plain)) this.#demand(value, ['ours', 'encoded'], `as the value of ${name}`)
    else this.#values(value)
  }

  #demand(text: string, kinds: readonly Kind[], where: string): void {
    for (const value of this.#values(text))
      if (!kinds.includes(value.kind)) this.#faults.push(`${value.text} is a caller's text ${where}`)
  }

  /** The values at the top level of a text; what is nested in them is judged on the way. */
  #values(text: string): readonly Value[] {
    return substitutions(text).flatMap(({ kind, inner, whole }): Value[] => {
      if (kind === 'variable') return [{ text: whole, kind: this.#kindOf(inner) }]
      this.#demand(inner, ['ours'], 'in an expression')
      return [{ text: whole, kind: 'ours' }]
    })
  }

  #kindOf(inner: string): Kind {
    const [, name, args] = /^([A-Z_0-9]+)\((.*)\)(?::[-\d:]+)?$/s.exec(inner) ?? []
    return name === undefined || args === undefined
      ? this.#kindOfVariable(inner)
      : this.#kindOfFunction(name, args)
  }

  #kindOfVariable(inner: string): Kind {
    this.#demand(inner, ['ours'], 'in the name of a variable')
    const name = inner.replace(/\$\{.*?\}+/g, '1').replace(/:[-\d:]+$/, '')
    const { own, proved, context } = this.#known
    if (name === 'EXTEN') return own.contexts.includes(context) ? 'ours' : (proved.get(name) ?? 'caller')
    if (own.variables.test(name) || OWN_VARIABLE.test(name)) return 'ours'
    return own.encoded?.test(name) ? 'encoded' : (proved.get(name) ?? 'caller')
  }

  #kindOfFunction(name: string, args: string): Kind {
    for (const { text, kind } of this.#values(args)) {
      if (kind === 'ours' || (kind === 'piece' && OF_ONE_TEXT.has(name))) continue
      this.#faults.push(`${text} is a caller's text in an argument of ${name}()`)
    }
    // With arguments of our own these make nothing else.
    if (PURE.has(name)) return 'ours'
    if (NUMBERS.has(name) || OWN_FUNCTION.test(`${name}(${args})`)) return 'ours'
    if (name === 'URIENCODE') return 'encoded'
    // These take the name of a variable.
    const subject = this.#kindOfVariable(/^[^,]*/.exec(args)?.[0] ?? '')
    if (name === 'SHIFT' && args.endsWith(',\\x29')) return subject === 'ours' ? 'ours' : 'piece'
    return name === 'SHIFT' || name === 'CUT' ? subject : 'caller'
  }

  /** What is true of a variable in the next step, where `GotoIf(condition?:elsewhere)` has not gone elsewhere. */
  #learn(data: string): void {
    const { proved } = this.#known
    const single = /^\$\[\$\{FIELDQTY\((\w+),\\x29\)\} = 1\]\?:/.exec(data)?.[1]
    if (single !== undefined) proved.set(single, 'piece')
    const [, pattern = '', name = ''] = /^\$\{REGEX\((".*" )\$\{(\w+)\}\)\}\?:/.exec(data) ?? []
    if (CLEAN.test(pattern) && proved.get(name) === 'piece') proved.set(name, 'ours')
  }
}

interface Substitution {
  readonly kind: 'variable' | 'expression'
  readonly inner: string
  readonly whole: string
}

/** The outermost `${…}` and `$[…]` of a text. */
function substitutions(text: string): readonly Substitution[] {
  const found: Substitution[] = []
  for (let at = 0; at < text.length; at++) {
    const open = text[at] === '$' ? text[at + 1] : undefined
    if (open !== '{' && open !== '[') continue
    const end = closing(text, at + 1)
    const kind = open === '{' ? 'variable' : 'expression'
    found.push({ kind, inner: text.slice(at + 2, end), whole: text.slice(at, end + 1) })
    at = end
  }
  return found
}

/** Where the bracket that stands at `open` is closed. */
function closing(text: string, open: number): number {
  const [opener, closer] = text[open] === '{' ? ['{', '}'] : ['[', ']']
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === opener) depth++
    if (text[at] === closer && --depth === 0) return at
  }
  return text.length
}
