/** A position in a file; line and column count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface FilePosition extends Position {
  /** Path of the file, relative to the flows folder; empty for a problem that is in no file. */
  readonly file: string
}

/** Something wrong with the flow files, and where. */
export interface Problem extends FilePosition {
  /** Stable; those of the flow files are in `PROBLEM_CODES`. */
  readonly code: string
  /** What is wrong and what to do about it, in one sentence. */
  readonly message: string
}

/** The codes of problems and warnings about flow files, with what each means. */
export const PROBLEM_CODES = {
  'flows.alias': 'A YAML alias (*name) has no anchor, or stands inside of what it refers to.',
  'flows.branch': 'A branch to which no call can belong, or a second default branch.',
  'flows.claimed_caller':
    'A rule with claimed_caller, which needs no trust, could do more than turn a call away.',
  'flows.calendar': 'A calendar or a file of closed days cannot be read.',
  'flows.compile': 'The flow files could not be compiled for a reason that lies outside of them.',
  'flows.contradiction': 'Warning: conditions of a rule exclude each other, so that it matches no call.',
  'flows.duplicate': 'Warning: a number or condition stands twice, and only the first one counts.',
  'flows.duplicate_key': 'A key or a header stands twice in one map.',
  'flows.duplicate_name': 'Two rules have one name, or a rule has a reserved name.',
  'flows.example': 'An example of examples.yaml does not hold.',
  'flows.file': 'A file cannot be read, does not exist, or lies outside of the flows folder.',
  'flows.file_changing': 'A file changed while it was read.',
  'flows.file_too_large':
    'A file is larger than Doorman reads: 10 MB of YAML or code, 5 MB of a calendar, 4 MB of a recording, 200 MB of numbers.',
  'flows.function_bundle': 'A code flow cannot be bundled: a syntax error or an import that leads nowhere.',
  'flows.function_import': 'A code flow imports a file from outside of the flows folder.',
  'flows.function_load': 'A code flow cannot be loaded: it throws, loops or has no default function.',
  'flows.greeting': 'A recording that Asterisk cannot play, or a greeting where none can be.',
  'flows.holidays_end': 'Warning: a calendar or a file of closed days ends within 60 days, or has ended.',
  'flows.hours': 'Opening hours or closures that cannot be read.',
  'flows.hours_times': 'Warning: opening times that have no effect, open nothing, or overlap.',
  'flows.invalid_value': 'A value is not one of those that are possible here.',
  'flows.lookup': 'A lookup that cannot be asked as it is written.',
  'flows.missing_key': 'A key is missing.',
  'flows.never_open': 'Warning: hours that are never open.',
  'flows.number': 'A telephone number or a prefix that cannot be read.',
  'flows.number_file': 'A line of a file of numbers that cannot be read.',
  'flows.pattern': 'A regular expression that RE2 does not accept.',
  'flows.rule_target': 'A rule has no destination, or two.',
  'flows.template': 'A placeholder such as {caller.name} that stands for nothing.',
  'flows.too_long': 'Context, extension and priority of a flow are longer than Asterisk carries.',
  'flows.turn_away': 'Warning: a flow that only refuses calls is the one for failures.',
  'flows.types': 'TypeScript finds an error in a code flow. Only `doorman check` asks it; no reload does.',
  'flows.unknown_key': 'A key that Doorman does not know.',
  'flows.unknown_name':
    'The name of a flow, branch, rule, trunk, lookup, hours or key of memory that does not exist.',
  'flows.unquoted_number': 'A number that YAML would change; it needs quotes.',
  'flows.unreachable':
    'Warning: no call can get to a rule, because earlier ones take them all, or from a trunk to any rule.',
  'flows.untrusted':
    'Warning: no trunk is trusted for this header or caller number, so that it never counts.',
  'flows.voice': 'Warning: what is to speak greetings is not on this machine. Only `doorman check` says so.',
  'flows.wrong_type': 'A value of the wrong kind, such as a text where a list is needed.',
  'flows.yaml': 'The file is not valid YAML or not UTF-8.',
} as const

export type ProblemCode = keyof typeof PROBLEM_CODES

/** `routing.yaml:12:7: … [flows.number]`; editors and terminals make the position clickable. */
export function formatProblem({ file, line, column, message, code }: Problem): string {
  return `${file === '' ? '' : `${file}:${line}:${column}: `}${message} [${code}]`
}

/** The flow files cannot be used; `problems` says why, each with its position. */
export class FlowFilesError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'))
    this.name = 'FlowFilesError'
  }
}

/** The keys and list indexes that lead to a value of a YAML document. */
export type YamlPath = readonly (string | number)[]

/** Positions in a YAML document. Where a path ends in nothing, its nearest parent is the position. */
export interface Positions {
  /** @param inside how many characters of a text on one line come before the position */
  ofValue(path: YamlPath, inside?: number): Position
  ofKey(path: YamlPath): Position
}

/** Collects problems and warnings: everything is checked before anything is refused. */
export class Diagnostics {
  readonly #problems: Problem[] = []
  readonly #warnings: Problem[] = []

  constructor(
    readonly file: string,
    readonly positions: Positions,
  ) {}

  /** @param inside where in the text, as for `Positions.ofValue` */
  problem(path: YamlPath, code: ProblemCode, message: string, inside?: number): void {
    this.#problems.push({ file: this.file, ...this.positions.ofValue(path, inside), code, message })
  }

  problemAtKey(path: YamlPath, code: ProblemCode, message: string): void {
    this.#problems.push({ file: this.file, ...this.positions.ofKey(path), code, message })
  }

  warning(path: YamlPath, code: ProblemCode, message: string): void {
    this.#warnings.push({ file: this.file, ...this.positions.ofValue(path), code, message })
  }

  /** Adds what was found in other files. */
  add(problems: Iterable<Problem>, warnings: Iterable<Problem> = []): void {
    this.#problems.push(...problems)
    this.#warnings.push(...warnings)
  }

  get problems(): readonly Problem[] {
    return sorted(this.#problems)
  }

  /** Missing trust that shows in a hundred rules is one warning, at the first of them. */
  get warnings(): readonly Problem[] {
    const all = sorted(this.#warnings)
    const untrusted = Map.groupBy(all, ({ code, message }) => (code === 'flows.untrusted' ? message : ''))
    return all.flatMap((one) => {
      const [first, ...others] = untrusted.get(one.message) ?? [one]
      if (first !== one) return []
      const more = others.length === 1 ? 'once more' : `${others.length} times more`
      return others.length === 0 ? [one] : [{ ...one, message: `${one.message} (and ${more})` }]
    })
  }
}

/** By file, line, column and message, each once. */
function sorted(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), Object.freeze(problem)]))
  return Object.freeze(
    [...unique.values()].sort(
      (a, b) =>
        compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message),
    ),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
