import type { Findings } from '../document/findings.js'
import type { NumberFiles } from './number-files.js'

/** What the parts of `routing.yaml` need to know of each other while they are read. */
export interface Reading {
  readonly findings: Findings
  /** ISO 3166 code of `default_country`. */
  readonly country: string | undefined
  readonly numberFiles: NumberFiles
  /** Names, even of entries that have problems of their own: those must not cause others. */
  readonly flows: ReadonlySet<string>
  readonly branches: ReadonlySet<string>
  readonly trunks: ReadonlySet<string>
  /** Whatever some trunk is believed about: `caller_number`, header names in lower case. */
  readonly believed: ReadonlySet<string>
  /** Columns of the VIP files. */
  readonly callerColumns: ReadonlySet<string>
}
