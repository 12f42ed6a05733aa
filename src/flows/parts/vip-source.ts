import type { VipPolicy } from '../../routing/types.js'
import { canonicalName } from '../../sip/headers.js'
import { HeaderValuesSchema, NameSchema } from '../schema/schema-parts.js'
import { hearsay } from './header-source.js'
import { exactNumber } from './number-source.js'
import { rawAt, rawEntries, rawItems, sound } from './raw.js'
import type { Reading } from './reading.js'

/** Reads `vip`. */
export function vipOf(raw: unknown, reading: Reading): VipPolicy {
  const numbers = textItems(raw, 'numbers').map(([text, i]) =>
    exactNumber(text, ['vip', 'numbers', i], reading),
  )
  const tables = textItems(raw, 'files').flatMap(
    ([file, i]) => reading.numberFiles.table(file, ['vip', 'files', i], reading.findings) ?? [],
  )
  return Object.freeze({
    numbers: new Set(numbers),
    tables: Object.freeze(tables),
    headers: headersOf(raw, reading),
  })
}

function textItems(raw: unknown, key: string): readonly (readonly [string, number])[] {
  return rawItems(rawAt(raw, key)).flatMap((item, i) => {
    const text = sound(NameSchema, item)
    return text === undefined ? [] : [[text, i] as const]
  })
}

function headersOf(raw: unknown, reading: Reading): ReadonlyMap<string, ReadonlySet<string>> {
  const headers = new Map<string, ReadonlySet<string>>()
  for (const [name, value] of rawEntries(rawAt(raw, 'headers'))) {
    const path = ['vip', 'headers', name]
    const key = canonicalName(name)
    if (headers.has(key))
      reading.findings.problemAtKey(path, `the header ${name} stands here twice; join the two lists`)
    if (!reading.believed.has(key)) reading.findings.warning(path, hearsay(name))
    headers.set(key, new Set([sound(HeaderValuesSchema, value) ?? []].flat()))
  }
  return headers
}
