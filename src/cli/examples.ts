import type { Command } from 'commander'
import { EXAMPLES_FILE } from '../flows/examples/example.js'
import { FlowFilesError } from '../flows/problem.js'
import { addExample } from '../history/add-example.js'
import { callsFolder } from '../history/call-files.js'
import type { CallRecord } from '../history/call-record.js'
import { exampleOfCall } from '../history/example-of-call.js'
import { readCalls } from '../history/read-calls.js'
import { FLOWS_OPTION, print, Refusal, settingsFor } from './command.js'

interface Options {
  readonly fromCall: string
  readonly name?: string
}

export function addExamples(program: Command): void {
  program
    .command('examples')
    .description('the calls in examples.yaml whose flow no change of the rules may change')
    .command('add')
    .description('add a recorded call with the flow that it took')
    .requiredOption('--from-call <id>', 'unique id of its channel, or its SIP Call-ID')
    .option('--name <text>', 'name of the example')
    .option(...FLOWS_OPTION)
    .action(async (options: Options, command: Command) => {
      const { DOORMAN_FLOWS: folder, DOORMAN_DATA: data } = settingsFor(command, 'files')
      const call = await findCall(callsFolder(data), options.fromCall).catch(refuse)
      const example = exampleOfCall(call, options.name)
      const problems = await addExample(folder, example).catch(refuse)
      if (problems.length > 0) throw new FlowFilesError(problems)
      print(
        `${folder}/${EXAMPLES_FILE}: added "${example.name}", which expects ${call.flow}. Run it with doorman check.`,
      )
    })
}

/** A call that entered Stasis again has several records with its id: the newest counts. */
async function findCall(folder: string, id: string): Promise<CallRecord> {
  let found: CallRecord | undefined
  for await (const record of readCalls(folder, { last: Number.POSITIVE_INFINITY })) {
    if (record.call === id || record.sipCallId === id) found = record
  }
  if (found !== undefined) return found
  throw new Refusal(
    'call_not_found',
    `No call ${id} is recorded in ${folder}. The log has the ids, as "call" and "sipCallId".`,
  )
}

function refuse(error: NodeJS.ErrnoException): never {
  if (error instanceof Refusal || error.code === undefined) throw error
  throw new Refusal('examples_not_written', `Nothing was written: ${error.message}`)
}
