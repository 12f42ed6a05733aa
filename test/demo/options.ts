import { parseArgs } from 'node:util'

export interface DemoOptions {
  /** Place the calls, show them and stop, instead of staying up. */
  readonly once: boolean
  /** One JSON object a line for each call instead of the table. */
  readonly json: boolean
}

export const USAGE = `usage: npm run demo [-- [--once] [--json]]

Starts a private Asterisk and Doorman, places real calls and shows where they landed.
  --once   stop after that; exit 0 if all landed as expected, 1 if not
  --json   one JSON object a line for each call on standard output, and nothing else there
           (npm prints two lines of its own; for a script: npm run --silent demo -- --once --json)
`

/** The command line was wrong; the message says how. */
export class WrongUsage extends Error {}

/** @throws WrongUsage for anything that is no option of the demo */
export function parseOptions(args: readonly string[]): DemoOptions | 'help' {
  try {
    const boolean = { type: 'boolean', default: false } as const
    const options = { once: boolean, json: boolean, help: { ...boolean, short: 'h' } } as const
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
    return values.help ? 'help' : { once: values.once, json: values.json }
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}
