/**
 * Runs commands one after the other in one process, so that their modules are loaded once: loading them takes most of
 * a command's time.
 */
import { WriteStream } from 'node:tty'
import { main } from '../../src/cli/program.js'

export interface Order {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The width of the terminal that its output goes to; undefined for a pipe. */
  readonly columns: number | undefined
}

async function run({ args, env, columns }: Order) {
  const output = { out: '', err: '' }
  const keep = (name: keyof typeof output) => (text: string | Uint8Array, done?: unknown) => {
    output[name] += String(text)
    if (typeof done === 'function') done()
    return true
  }
  process.stdout.write = keep('out')
  process.stderr.write = keep('err')
  process.env = { ...env }
  const { getColorDepth } = WriteStream.prototype
  for (const stream of [process.stdout, process.stderr])
    Object.assign(stream, { isTTY: columns !== undefined, columns, getColorDepth })
  process.exitCode = 0
  await main(args)
  return { exit: Number(process.exitCode), ...output }
}

let last: Promise<unknown> = Promise.resolve()
process.on('message', ({ id, order }: { id: number; order: Order }) => {
  last = last.then(async () => process.send?.({ id, ending: await run(order) }))
})
process.on('disconnect', () => process.exit())
