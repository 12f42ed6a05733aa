#!/usr/bin/env node
// Holds no import of its own, so that an older Node.js gets this far instead of failing on a module that it lacks.
const NEEDED = 24
const { node } = process.versions

// The reader of a pipe may end first, as `head` does.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })

if (Number.parseInt(node, 10) >= NEEDED) await (await import('./program.js')).main(process.argv.slice(2))
else {
  process.stderr.write(`doorman needs Node.js ${NEEDED} or later; this is Node.js ${node}.\n`)
  process.exitCode = 2
}

export {}
