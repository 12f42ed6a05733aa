/** What all commands share: printing, exit codes, errors, settings and option types. */
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import { Command, InvalidArgumentError, Option, type ParseOptionsResult } from 'commander'
import { NotRunningError } from '../control/client.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { FlowFilesError } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { safeJson, safeText, wrap } from '../lib/text.js'
import { parseShare } from '../lib/units.js'
import {
  findSettings,
  readSettings,
  type SettingName,
  type Settings,
  SettingsError,
  type SettingsSource,
} from '../settings/index.js'
import { StoreError } from '../store/store-error.js'

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** What a script can tell failures by; docs/reference.md lists them. */
export type ErrorCode =
  | 'ari_unreachable'
  | 'call_not_found'
  | 'defect'
  | 'dialplan_not_reloaded'
  | 'dialplan_not_running'
  | 'dialplan_not_written'
  | 'draft'
  | 'examples_not_written'
  | 'fleet'
  | 'flow_files'
  | 'greeting'
  | 'no_data'
  | 'no_revision'
  | 'not_installed'
  | 'not_running'
  | 'override'
  | 'revision_files'
  | 'settings'
  | 'setup_incomplete'
  | 'setup_refused'
  | 'sip_unreachable'
  | 'store'
  | 'usage'

/** A check failed or a request was refused, or the command line is wrong (`usage`); the message is for the admin. */
export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message)
  }
}

/** For `.catch`: what a file system refuses, with what that means; anything else is a defect. */
export function refuseOn(code: ErrorCode, meaning: string): (error: NodeJS.ErrnoException) => never {
  return (error) => {
    if (error.syscall === undefined) throw error
    const hint = error.code === 'EACCES' ? ' Run the command with sudo.' : ''
    throw new Refusal(code, `${error.message}.\n${meaning}${hint}`)
  }
}

/**
 * Prints to standard output; control characters from a call, a file or the PBX are written out. On a terminal long
 * lines are wrapped.
 */
export function print(text: string): void {
  printTo(process.stdout, text)
}

/**
 * Prints the text for people, or with `--json` one object for scripts.
 * @param next what to run next, for a person at a terminal
 */
export function printResult(
  { json }: { readonly json?: true },
  value: unknown,
  text: string,
  next?: string,
): void {
  if (json) printJson(value)
  else print(next === undefined || !process.stdout.isTTY ? text : `${text}\nNext: ${next}`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${safeJson(value)}\n`)
}

/** Asks a person at the terminal. @throws Refusal without one */
export async function isAnsweredYes(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Refusal('usage', 'Nothing was changed: without a terminal, add --yes.')
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  // Ctrl-C and Ctrl-D reject, and leave the cursor where it is.
  const answer = await lines.question(`${question} [y/N] `).catch(() => print('') ?? '')
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** Prints to standard error. */
export function printError(text: string): void {
  printTo(process.stderr, text)
}

function printTo(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${shaped(text, stream)}\n`)
}

/** The text as it is printed to a stream: on a terminal wrapped, and in colours unless NO_COLOR is set. */
export function shaped(text: string, stream: NodeJS.WriteStream): string {
  const safe = wrap(safeText(text), widthOf(stream))
  return STYLES.reduce(
    (text, [pattern, style]) => text.replace(pattern, (found) => styleText(style, found, { stream })),
    safe,
  )
}

/** How many characters fit in a line; a file has room for all. A serial console says 0. */
export function widthOf({ isTTY, columns }: NodeJS.WriteStream): number {
  return isTTY ? columns || 80 : Number.POSITIVE_INFINITY
}

/** Prints what went wrong, with a stack only if it is a defect, and returns the exit code. */
export function reportFailure(error: unknown): number {
  const [code, message] = describe(error)
  printError(`error[${code}]: ${message}`)
  return code === 'settings' || code === 'usage' ? EXIT.usage : EXIT.failed
}

function describe(error: unknown): [code: ErrorCode, message: string] {
  if (error instanceof Refusal) return [error.code, error.message]
  if (error instanceof StoreError) return ['store', error.message]
  if (error instanceof NotRunningError) return ['not_running', error.message]
  if (error instanceof SettingsError) return ['settings', `The settings cannot be used:\n${error.message}`]
  if (error instanceof FlowFilesError)
    return ['flow_files', `The flow files cannot be used:\n${error.message}`]
  const stack = (error as Error).stack ?? String(error)
  return ['defect', `This is a defect in Doorman; please report it:\n${stack}`]
}

/** Settings that a command does without, by what it needs of the PBX. */
const OPTIONAL = {
  everything: [],
  ari: ['DOORMAN_AMI_SECRET'],
  files: ['DOORMAN_ARI_PASSWORD', 'DOORMAN_AMI_SECRET'],
} as const satisfies Record<string, readonly SettingName[]>

/** The environment and the settings file; options of the command override both. `note` says where the file was found. */
export function settingsSource(command: Command): SettingsSource & { readonly note: string | undefined } {
  const { settings, flows, data, logFormat } = command.optsWithGlobals<Partial<Record<string, string>>>()
  const env = {
    ...process.env,
    ...(flows && { DOORMAN_FLOWS: flows }),
    ...(data && { DOORMAN_DATA: data }),
    ...(logFormat && { DOORMAN_LOG_FORMAT: logFormat }),
  }
  return { env, ...findSettings(settings, process.env) }
}

/** A line on standard error says which settings file was found. @throws SettingsError */
export function settingsFor(command: Command, needs: keyof typeof OPTIONAL): Settings {
  const { note, ...source } = settingsSource(command)
  if (note !== undefined && command.optsWithGlobals<{ json?: true }>().json !== true) printError(note)
  return readSettings({ ...source, optional: OPTIONAL[needs] })
}

/** The revision of a flows folder, and what runs its code flows while `use` takes. @throws FlowFilesError */
export async function withRevision<T>(
  folder: string,
  use: (revision: Revision, functions: FunctionRunner) => Promise<T>,
): Promise<T> {
  const functions = new FunctionRunner()
  try {
    const loaded = await loadRevision(folder, functions)
    if (!loaded.ok) throw new FlowFilesError(loaded.problems)
    return await use(loaded.revision, functions)
  } finally {
    await functions.stop()
  }
}

export type Header = readonly [name: string, value: string]

/** Options that several commands have. */
const OPTIONS = {
  flows: () =>
    new Option('--flows <folder>', 'the folder that holds routing.yaml, also of a draft (or DOORMAN_FLOWS)'),
  data: () => new Option('--data <folder>', "Doorman's data folder (or DOORMAN_DATA)"),
  json: () => new Option('--json', 'print one JSON object'),
  verbose: () => new Option('--verbose', 'print every fact, with its source'),
  header: () =>
    new Option('--header <"Name: value">', 'SIP header; may be given several times').argParser(addHeader),
} as const

/** A command of `doorman`. */
export class DoormanCommand extends Command {
  override createCommand(name?: string): DoormanCommand {
    return new DoormanCommand(name)
  }

  /** An option that is mistyped is named, and not the one that is missing for that reason. */
  override parseOptions(args: string[]): ParseOptionsResult {
    const parsed = super.parseOptions(args)
    if (parsed.unknown.length > 0) for (const option of this.options) option.mandatory = false
    return parsed
  }

  takes(...names: readonly (keyof typeof OPTIONS)[]): this {
    for (const name of names) this.addOption(OPTIONS[name]())
    return this
  }

  /** What it does with the settings that it needs, its options and its arguments. A number is its exit code. */
  does<Options, Arguments extends readonly unknown[]>(
    needs: keyof typeof OPTIONAL,
    run: (settings: Settings, options: Options, ...given: Arguments) => Promise<unknown>,
  ): void {
    this.action(async (...given: readonly unknown[]) => {
      const options = given.at(-2) as Options
      const code = await run(
        settingsFor(this, needs),
        options,
        ...(given.slice(0, -2) as unknown as Arguments),
      )
      if (typeof code === 'number') process.exitCode = code
    })
  }
}

/** A line end in a header would begin a second header, or a second message. */
function addHeader(text: string, before: readonly Header[] = []): readonly Header[] {
  const [, name, value] = /^([A-Za-z0-9!%*_+`'~.-]+)\s*:[ \t]*([^\r\n]*)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("A header is written as 'X-VIP: gold', on one line.")
  return [...before, [name, value]]
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number, such as 12.')
  return Number(text)
}

/** A parser for an option; what it throws becomes an error of the command line. */
export function optionParser<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message)
    }
  }
}

/** `1%` or `0.01` → 0.01. */
export const parseShareOption = optionParser(parseShare)

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** By the form of the text, so that no text of a caller has to be trusted with escape sequences. */
const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^ *\+(?= )/gm, 'green'],
  [/^ *-(?= )/gm, 'red'],
  [/\bOK\b|^ok\b/gm, 'green'],
  [/^warning\b|\(warning\)$/gm, 'yellow'],
  [/^info\b/gm, 'cyan'],
  [/^fault\b|^error\[\w+\]:/gm, 'red'],
  [/^Next: [\s\S]*/m, 'dim'],
]
