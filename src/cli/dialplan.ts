import type { Command } from 'commander'
import { dialplan } from '../asterisk/dialplan.js'
import { compile } from '../flows/compile.js'
import { FlowFilesError } from '../main.js'
import { givenSettings } from './given-settings.js'

export function addDialplan(program: Command): void {
  program
    .command('dialplan')
    .description('print the contexts doorman, doorman-go and doorman-fallback for extensions_doorman.conf')
    .option('--flows <folder>', 'the folder that holds routing.yaml (or DOORMAN_FLOWS)')
    .action(async (_options, command: Command) => {
      const settings = givenSettings(command, 'files')
      const compiled = await compile(settings.DOORMAN_FLOWS)
      if (!compiled.ok) throw new FlowFilesError(compiled.problems)
      const { flows, otherwise } = compiled.revision.routing
      const fallback = flows.get(otherwise)
      if (fallback === undefined) throw new Error(`There is no flow ${otherwise}.`)
      const text = dialplan({ application: settings.DOORMAN_APP, fallbackFlow: otherwise, fallback })
      process.stdout.write(text)
    })
}
