import type { Command } from 'commander'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { routingJsonSchema } from '../flows/schema.js'
import { EXIT, FLOWS_OPTION, JSON_OPTION, print, printJson, settingsFor } from './command.js'

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check the flow files and print every problem as file:line:column')
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .option('--schema', 'print the JSON Schema of routing.yaml instead, for editors')
    .action(async (options: { json?: true; schema?: true }, command: Command) => {
      if (options.schema) return print(JSON.stringify(routingJsonSchema(), null, 2))
      const { DOORMAN_FLOWS: folder } = settingsFor(command, 'files')
      process.exitCode = await check(folder, options.json === true)
    })
}

async function check(folder: string, json: boolean): Promise<number> {
  const functions = new FunctionRunner()
  const loaded = await loadRevision(folder, functions).finally(() => functions.stop())
  const problems = loaded.ok ? [] : loaded.problems
  const { warnings } = loaded
  const revision = loaded.ok ? loaded.revision : undefined
  if (json) printJson({ revision: revision?.id ?? null, problems, warnings })
  else print(format(folder, revision, problems, warnings))
  return problems.length === 0 ? EXIT.ok : EXIT.failed
}

function format(
  folder: string,
  revision: Revision | undefined,
  problems: readonly Problem[],
  warnings: readonly Problem[],
): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const examples = revision?.examples.length ?? 0
  return [
    ...problems.map(formatProblem),
    ...warnings.map((warning) => `${formatProblem(warning)} (warning)`),
    ...(examples > 0 ? [`${folder}: all examples hold (${examples})`] : []),
    `${folder}: ${revision === undefined ? count : `OK, revision ${revision.id}`}`,
  ].join('\n')
}
