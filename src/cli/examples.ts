import { EXAMPLES_FILE } from '../flows/examples.js'
import { addExample, exampleOfCall } from '../history/add-example.js'
import { type DoormanCommand, print, Refusal, refuseOn } from './command.js'
import { visitsOf } from './stored.js'

interface Options {
  readonly fromCall: string
  readonly name?: string
}

export function addExamples(program: DoormanCommand): void {
  program
    .command('examples')
    .description('the calls in examples.yaml whose flow no change of the rules may change')
    .command('add')
    .description('add a recorded call with the flow that it took')
    .requiredOption(
      '--from-call <id>',
      'its number in "doorman calls", id of its channel, SIP Call-ID, or last',
    )
    .option('--name <text>', 'name of the example')
    .takes('flows')
    .does('files', async (settings, options: Options) => {
      const { DOORMAN_FLOWS: folder } = settings
      // Of several visits the last one counts.
      const [first, ...more] = await visitsOf(settings, options.fromCall)
      const call = more.at(-1) ?? first
      if (call.rule === null) {
        const says = `no rule decided this call (${call.outcome}), so that it can be no example.`
        throw new Refusal('examples_not_written', `Nothing was written: ${says}`)
      }
      if (call.masked) {
        const says = 'this call was recorded with masked numbers, so that it can be no example.'
        throw new Refusal('examples_not_written', `Nothing was written: ${says}`)
      }
      const example = exampleOfCall(call, options.name)
      const refuse = refuseOn('examples_not_written', 'Nothing was written.')
      const same = await addExample(folder, example).catch(refuse)
      const added = `added "${example.name}", which expects ${call.flow}. Run it with doorman check.`
      const known = same && `has this call already on line ${same.position.line}, as "${same.name}".`
      print(`${folder}/${EXAMPLES_FILE}: ${known ?? added}`)
    })
}
