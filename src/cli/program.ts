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

const program = new Command('doorman')
  .description('Call routing for Asterisk: reads each call, decides its flow and continues it there.')
  .version(version)
  .option('--settings <file>', 'file of NAME=value settings (or DOORMAN_SETTINGS)')
  .showSuggestionAfterError()
  .showHelpAfterError('(doorman --help shows all commands)')
  .exitOverride()

/** Every argument that may be the command; all commands if there is none, for --help and "did you mean". */
const named = process.argv.slice(2).filter((word) => Object.hasOwn(COMMANDS, word))
for (const name of named.length === 0 ? Object.keys(COMMANDS) : new Set(named))
  (await COMMANDS[name]?.())?.(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage
  else process.exitCode = reportFailure(error)
}
