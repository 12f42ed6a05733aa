/**
 * Runs commands one after the other in one process, so that their modules are loaded once: loading them takes most of
 * a command's time. The program's own file is evaluated anew for each.
 */
import { fileURLToPath } from 'node:url'

export interface Order {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const PROGRAM = new URL('../../src/cli/program.js', import.meta.url)
let count = 0

async function run({ args, env }: Order) {
  const output = { out: '', err: '' }
  const keep = (name: keyof typeof output) => (text: string | Uint8Array, done?: unknown) => {
    output[name] += String(text)
    if (typeof done === 'function') done()
    return true
  }
  process.stdout.write = keep('out')
  process.stderr.write = keep('err')
  process.argv = [process.execPath, fileURLToPath(PROGRAM), ...args]
  process.env = { ...env }
  process.exitCode = 0
  await import(`${PROGRAM.href}?${++count}`)
  return { exit: Number(process.exitCode), ...output }
}

let last: Promise<unknown> = Promise.resolve()
process.on('message', ({ id, order }: { id: number; order: Order }) => {
  last = last.then(async () => process.send?.({ id, ending: await run(order) }))
})
process.on('disconnect', () => process.exit())
