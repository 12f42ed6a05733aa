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
import { callsFolder } from '../history/call-files.js'
import { readCalls } from '../history/read-calls.js'
import { safeJson } from '../observability/log.js'
import { EXIT } from './exit.js'
import { givenSettings } from './given-settings.js'
import { pass, show, showAside } from './terminal.js'

/** So many of the newest recorded calls tell which numbers are called; it takes a second or two. */
const CALLS = 100_000

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('check the flow files and print every problem as file:line:column')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .option('--json', 'print one JSON object')
    .option('--schema', 'print the JSON Schema of routing.yaml instead, for editors')
    .action(async (options: { json?: true; schema?: true }, command: Command) => {
      if (options.schema) return void pass(`${JSON.stringify(routingJsonSchema(), null, 2)}\n`)
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = givenSettings(command, 'files')
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
  const id = revision?.id ?? null
  if (json) show(`${safeJson({ revision: id, problems, warnings })}\n`)
  else printPlain(folder, revision, problems, warnings)
  return problems.length === 0 ? EXIT.well : EXIT.no
}

/** What recorded calls say of the numbers in the files. Without any, or where they may not be read: nothing. */
async function callWarnings(
  folder: string,
  data: string,
  { routing }: Revision,
): Promise<readonly Problem[]> {
  try {
    const content = await readFile(join(folder, ROUTING_FILE))
    const document = parseFlowDocument(ROUTING_FILE, content)
    return await lintCalls(document, routing, readCalls(callsFolder(data), { last: CALLS }))
  } catch (error) {
    showAside(`Note: the numbers were not held against recorded calls: ${error}\n`)
    return []
  }
}

function printPlain(
  folder: string,
  revision: Revision | undefined,
  problems: readonly Problem[],
  warnings: readonly Problem[],
): void {
  for (const problem of problems) show(`${formatProblem(problem)}\n`)
  for (const warning of warnings) show(`${formatProblem(warning)} (warning)\n`)
  const { length } = problems
  const found = length === 1 ? '1 problem' : `${length} problems`
  if (revision !== undefined && revision.examples.length > 0)
    show(`${folder}: every example holds (${revision.examples.length})\n`)
  show(`${folder}: ${revision === undefined ? found : `well, revision ${revision.id}`}\n`)
}
