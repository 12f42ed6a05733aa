import { readNumberTable } from '../../routing/number-file.js'
import type { NumberTable } from '../../routing/types.js'
import type { Findings, YamlPath } from '../document/findings.js'
import { type FlowSource, fileName, fileNameProblem } from '../source.js'

/** The CSV files of numbers that `routing.yaml` names, each parsed once however often it is named. */
export class NumberFiles {
  readonly #source: FlowSource
  readonly #tables = new Map<string, NumberTable>()

  constructor(
    source: FlowSource,
    written: Iterable<string>,
    country: string | undefined,
    findings: Findings,
  ) {
    this.#source = source
    for (const name of new Set([...written].map(fileName))) {
      const content = source.files.get(name)
      if (content === undefined) continue
      const { table, problems, duplicates } = readNumberTable(name, content, country)
      this.#tables.set(name, table)
      findings.add(problems.map((problem) => ({ file: name, ...problem })))
      findings.addWarnings(duplicates.map((duplicate) => ({ file: name, ...duplicate })))
    }
  }

  /** The table of a file; a problem at the place where it is named if there is none. */
  table(written: string, path: YamlPath, findings: Findings): NumberTable | undefined {
    const table = this.#tables.get(fileName(written))
    if (table === undefined) findings.problem(path, this.#reason(written))
    return table
  }

  /** All columns of these files. */
  columns(written: Iterable<string>): ReadonlySet<string> {
    return new Set([...written].flatMap((name) => this.#tables.get(fileName(name))?.columns ?? []))
  }

  #reason(written: string): string {
    return (
      fileNameProblem(written) ?? this.#source.unread.get(fileName(written)) ?? `"${written}" was not read`
    )
  }
}
