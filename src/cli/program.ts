import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { EXIT, reportFailure } from './command.js'

type Add = (program: Command) => void

/** In the order of --help. Each is loaded only when it is named: ari-client and esbuild take long to load. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  run: async () => (await import('./run.js')).addRun,
  check: async () => (await import('./check.js')).addCheck,
  explain: async () => (await import('./explain.js')).addExplain,
  replay: async () => (await import('./replay.js')).addReplay,
  reload: async () => (await import('./reload.js')).addReload,
  rollback: async () => (await import('./reload.js')).addRollback,
  revisions: async () => (await import('./revisions.js')).addRevisions,
  diff: async () => (await import('./diff.js')).addDiff,
  examples: async () => (await import('./examples.js')).addExamples,
  dialplan: async () => (await import('./dialplan.js')).addDialplan,
  doctor: async () => (await import('./doctor.js')).addDoctor,
  call: async () => (await import('./call.js')).addCall,
}

const { version } = createRequire(import.meta.url)('asterisk-doorman/package.json') as { version: string }

/** The program with each command that an argument may name; with all of them for --help and "did you mean". */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('doorman')
    .description('Call routing for Asterisk: reads each call, decides its flow and continues it there.')
    .version(version)
    .option('--settings <file>', 'file of NAME=value settings (or DOORMAN_SETTINGS)')
    .showSuggestionAfterError()
    .showHelpAfterError('(doorman --help shows all commands)')
    .exitOverride()
  const named = args.filter((word) => Object.hasOwn(COMMANDS, word))
  for (const name of named.length === 0 ? Object.keys(COMMANDS) : new Set(named))
    (await COMMANDS[name]?.())?.(program)
  return program
}

/** Runs a command line and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await (await createProgram(args)).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
    else process.exitCode = reportFailure(error)
  }
}
