/**
 * Runs commands one after the other in one process, so that their modules are loaded once: loading them takes most of
 * a command's time.
 */
import { main } from '../../src/cli/program.js'

export interface Order {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

async function run({ args, env }: Order) {
  const output = { out: '', err: '' }
  const keep = (name: keyof typeof output) => (text: string | Uint8Array, done?: unknown) => {
    output[name] += String(text)
    if (typeof done === 'function') done()
    return true
  }
  process.stdout.write = keep('out')
  process.stderr.write = keep('err')
  process.env = { ...env }
  process.exitCode = 0
  await main(args)
  return { exit: Number(process.exitCode), ...output }
}

let last: Promise<unknown> = Promise.resolve()
process.on('message', ({ id, order }: { id: number; order: Order }) => {
  last = last.then(async () => process.send?.({ id, ending: await run(order) }))
})
process.on('disconnect', () => process.exit())
