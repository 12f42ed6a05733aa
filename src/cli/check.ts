import type { Command } from 'commander'
import { FunctionRunner } from '../flows/function/function-runner.js'
import { loadRevision } from '../flows/load.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import { routingJsonSchema } from '../flows/schema/json-schema.js'
import { EXIT } from './exit.js'
import { givenSettings } from './given-settings.js'

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check the flow files and print every problem as file:line:column')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--json', 'print one JSON object')
    .option('--schema', 'print the JSON Schema of routing.yaml instead, for editors')
    .action(async (options: { json?: true; schema?: true }, command: Command) => {
      if (options.schema)
        return void process.stdout.write(`${JSON.stringify(routingJsonSchema(), null, 2)}\n`)
      const { DOORMAN_FLOWS: folder } = givenSettings(command, 'files')
      process.exitCode = await check(folder, options.json === true)
    })
}

async function check(folder: string, json: boolean): Promise<number> {
  const functions = new FunctionRunner()
  const loaded = await loadRevision(folder, functions).finally(() => functions.stop())
  const problems = loaded.ok ? [] : loaded.problems
  const revision = loaded.ok ? loaded.revision.id : null
  if (json) process.stdout.write(`${JSON.stringify({ revision, problems, warnings: loaded.warnings })}\n`)
  else printPlain(folder, revision, problems, loaded.warnings)
  return problems.length === 0 ? EXIT.well : EXIT.no
}

function printPlain(
  folder: string,
  revision: string | null,
  problems: readonly Problem[],
  warnings: readonly Problem[],
): void {
  for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`)
  for (const warning of warnings) process.stdout.write(`${formatProblem(warning)} (warning)\n`)
  const verdict = revision === null ? `${problems.length} problems` : `well, revision ${revision}`
  process.stdout.write(`${folder}: ${verdict}\n`)
}
