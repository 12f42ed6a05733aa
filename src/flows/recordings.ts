import { decodeWaveToFloat32Channels } from '@echogarden/wave-codec'
import { lineNumberOf, type NumberTable, numbersOf, rowOf } from '../routing/number-table.js'
import type { Diagnostics } from './problem.js'
import type { Written } from './shape.js'
import { type FlowSource, fileName } from './source.js'

/** The WAV files that calls are greeted with, each read once. */
export class Recordings {
  readonly all = new Map<string, Uint8Array>()

  constructor(
    private readonly source: FlowSource,
    private readonly diagnostics: Diagnostics,
  ) {}

  /** Those that the column `greeting_file` of a file of numbers names; a problem is at the first of their lines. */
  readColumn(table: NumberTable): void {
    if (!table.columns.includes('greeting_file')) return
    const numbers = new Map<string, string>()
    for (const number of numbersOf(table)) {
      const file = rowOf(table, number)?.greeting_file
      if (file && !numbers.has(file)) numbers.set(file, number)
    }
    for (const [written, number] of numbers) {
      const message = this.#read(written)
      if (message === undefined) continue
      const position = { file: table.file, line: lineNumberOf(table, number) ?? 1, column: 1 }
      this.diagnostics.add([{ ...position, code: 'flows.greeting', message }])
    }
  }

  read(written: Written<string>): void {
    const message = this.#read(written.value)
    if (message !== undefined) written.problem('flows.greeting', message)
  }

  /** @returns what is wrong. */
  #read(written: string): string | undefined {
    const content = this.source.read(written, 'recording')
    if (!Buffer.isBuffer(content)) return content.message
    const problem = wavProblem(content)
    if (problem !== undefined)
      return `"${written}" cannot be played: ${problem}; make one:  sox IN -r 8000 -c 1 -b 16 ${fileName(written)}`
    this.all.set(written, content)
    return undefined
  }
}

function wavProblem(content: Buffer): string | undefined {
  try {
    const { audioChannels } = decodeWaveToFloat32Channels(content)
    return audioChannels[0]?.some((sample) => sample !== 0) ? undefined : 'there is nothing to hear in it'
  } catch {
    return 'it is no WAV file'
  }
}
