import type { State, StateValue } from '../../conversation/state.js'
import { templateProblems } from '../../routing/template.js'
import { canonicalName } from '../../sip/headers.js'
import type { YamlPath } from '../document/findings.js'
import { HeaderNameSchema, StateSchema } from '../schema/schema-parts.js'
import { hearsay } from './header-source.js'
import { rawEntries, rawItems, sound } from './raw.js'
import type { Reading } from './reading.js'

/** Reads a `state` and looks at every text in it, however deep, for placeholders that lead nowhere. */
export function stateOf(raw: unknown, path: YamlPath, reading: Reading): State {
  checkTexts(raw, path, reading)
  return sound(StateSchema, raw) ?? {}
}

function checkTexts(raw: unknown, path: YamlPath, reading: Reading): void {
  if (typeof raw === 'string') checkText(raw, path, reading)
  for (const [i, item] of rawItems(raw).entries()) checkTexts(item, [...path, i], reading)
  for (const [key, item] of rawEntries(raw)) checkTexts(item, [...path, key], reading)
}

function checkText(text: string, path: YamlPath, reading: Reading): void {
  for (const message of templateProblems(text, reading.callerColumns)) reading.findings.problem(path, message)
  for (const name of headersOfText(text)) {
    const refused = HeaderNameSchema.safeParse(name).error?.issues[0]
    if (refused !== undefined) reading.findings.problem(path, `{header.${name}}: ${refused.message}`)
    else if (!reading.believed.has(canonicalName(name))) reading.findings.warning(path, hearsay(name))
  }
}

/** The headers that the placeholders of a state name, however deep. */
export function headersOfState(state: StateValue): readonly string[] {
  if (typeof state === 'string') return headersOfText(state)
  if (typeof state !== 'object' || state === null) return []
  return Object.values(state).flatMap(headersOfState)
}

/** `{{` and `}}` stand for braces, so what they enclose is no placeholder. */
function headersOfText(text: string): readonly string[] {
  return [...text.matchAll(/\{\{|\}\}|\{\s*header\.([^{}\s]+)\s*\}/g)].flatMap((match) => match[1] ?? [])
}
