import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ROUTING_FILE } from '../flows/compile.js'
import { parseFlowDocument } from '../flows/document/flow-document.js'
import { FunctionRunner } from '../flows/functions/function-runner.js'
import { lintCalls } from '../flows/lint/lint-calls.js'
import { loadRevision } from '../flows/load.js'
import { formatProblem, type Problem } from '../flows/problem.js'
import type { Revision } from '../flows/revision.js'
import { routingJsonSchema } from '../flows/schema/json-schema.js'
import { findCalls } from '../history/recorded-calls.js'
import { StoreReader } from '../store/store.js'
import { EXIT, FLOWS_OPTION, JSON_OPTION, print, printError, printJson, settingsFor } from './command.js'

/** Reading so many recorded calls takes a second or two. */
const CALLS = 100_000

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check the flow files and print every problem as file:line:column')
    .option(...FLOWS_OPTION)
    .option(...JSON_OPTION)
    .option('--schema', 'print the JSON Schema of routing.yaml instead, for editors')
    .action(async (options: { json?: true; schema?: true }, command: Command) => {
      if (options.schema) return print(JSON.stringify(routingJsonSchema(), null, 2))
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = settingsFor(command, 'files')
      process.exitCode = await check(folder, data, options.json === true)
    })
}

async function check(folder: string, data: string, json: boolean): Promise<number> {
  const functions = new FunctionRunner()
  const loaded = await loadRevision(folder, functions).finally(() => functions.stop())
  const problems = loaded.ok ? [] : loaded.problems
  const ofCalls = loaded.ok ? await callWarnings(folder, data, loaded.revision) : []
  const warnings = [...loaded.warnings, ...ofCalls]
  const revision = loaded.ok ? loaded.revision : undefined
  if (json) printJson({ revision: revision?.id ?? null, problems, warnings })
  else print(format(folder, revision, problems, warnings))
  return problems.length === 0 ? EXIT.ok : EXIT.failed
}

/** What recorded calls say about the numbers in the files. */
async function callWarnings(
  folder: string,
  data: string,
  { routing }: Revision,
): Promise<readonly Problem[]> {
  try {
    const content = await readFile(join(folder, ROUTING_FILE))
    const document = parseFlowDocument(ROUTING_FILE, content)
    return await lintCalls(document, routing, findCalls(new StoreReader(data), { limit: CALLS }))
  } catch (error) {
    printError(`Note: the numbers were not compared with recorded calls: ${error}`)
    return []
  }
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
