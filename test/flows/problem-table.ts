import { describe, expect, test } from '@jest/globals'
import { type Files, problemLines } from './temp-folder.js'

/** What is wrong, the files, and every line of the answer; a `…` stands for words that another part chooses. */
export type ProblemRow = readonly [what: string, files: Files, lines: readonly string[]]

export function describeProblems(title: string, table: readonly ProblemRow[]): void {
  describe(title, () => {
    test.each(table)('%s', async (_what, files, expected) => {
      const lines = await problemLines(files)
      expect(lines.map((line, i) => cut(line, expected[i]))).toEqual(expected)
    })
  })
}

function cut(line: string, expected: string | undefined): string {
  return expected?.endsWith('…') ? `${line.slice(0, expected.length - 1)}…` : line
}
