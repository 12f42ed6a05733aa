import { canonicalName } from '../../sip/headers.js'
import type { Findings, YamlPath } from '../document/findings.js'
import { nearest } from '../nearest.js'
import { HeaderNameSchema } from '../schema/schema-parts.js'
import { rawAt, rawEntries, rawItems, sound } from './raw.js'

/** What may stand in a `trust` without being a header. */
const NOT_HEADERS = ['caller_number', 'verstat']

/** Reads `trunks`: endpoint → what it is believed about, headers in lower case and written out. */
export function trunksOf(raw: unknown, findings: Findings): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    rawEntries(raw).map(([name, trunk]) => {
      const items = rawItems(rawAt(trunk, 'trust')).map((item) => sound(HeaderNameSchema, item))
      for (const [i, item] of items.entries()) checkItem(item, ['trunks', name, 'trust', i], findings)
      return [name, new Set(items.flatMap((item) => (item === undefined ? [] : canonicalName(item))))]
    }),
  )
}

/** `caller-number` is taken for a header of that name, and then the caller number is silently not believed. */
function checkItem(item: string | undefined, path: YamlPath, findings: Findings): void {
  if (item === undefined || /^x-/i.test(item) || NOT_HEADERS.includes(canonicalName(item))) return
  const meant = nearest(item.replace(/[^A-Za-z]/g, '_'), NOT_HEADERS)
  if (meant === undefined) return
  findings.warning(path, `"${item}" is taken for a header; did you mean "${meant}"?`)
}
