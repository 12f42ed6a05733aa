/** The caller's own process: runs one order at a time and reports. It ends when its parent does. */
import { runCalls } from './caller.js'
import type { RunOrder } from './run.js'

process.on('message', (order: RunOrder) => {
  runCalls(order).then(
    (report) => process.send?.({ report }),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
// Ctrl-C reaches the whole group; the parent stops this process.
process.on('SIGINT', () => undefined)
