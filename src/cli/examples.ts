import type { Command } from 'commander'
import { EXAMPLES_FILE } from '../flows/examples.js'
import { FlowFilesError } from '../flows/problem.js'
import { addExample, exampleOfCall } from '../history/add-example.js'
import { type CallRecord, findCalls } from '../history/recorded-calls.js'
import { StoreReader } from '../store/store.js'
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
      const call = await findCall(data, options.fromCall)
      const example = exampleOfCall(call, options.name)
      const problems = await addExample(folder, example).catch(refuse)
      if (problems.length > 0) throw new FlowFilesError(problems)
      print(
        `${folder}/${EXAMPLES_FILE}: added "${example.name}", which expects ${call.flow}. Run it with doorman check.`,
      )
    })
}

/** A call that entered Stasis again has several records with its id: the newest counts. */
async function findCall(data: string, id: string): Promise<CallRecord> {
  const store = new StoreReader(data)
  for (const by of [{ channelId: id }, { sipCallId: id }]) {
    for await (const record of findCalls(store, { ...by, limit: 1 })) return record
  }
  throw new Refusal(
    'call_not_found',
    `No call ${id} is recorded in ${data}. The log has the ids, as "call" and "sipCallId".`,
  )
}

function refuse(error: NodeJS.ErrnoException): never {
  if (error instanceof Refusal || error.code === undefined) throw error
  throw new Refusal('examples_not_written', `Nothing was written: ${error.message}`)
}
