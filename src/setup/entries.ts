import { readConfig } from '../asterisk/config.js'
import { blockOf } from './files.js'
import { DEFAULT_CONTEXT, type Findings } from './inspect.js'

/**
 * A context that leads to Doorman, for trunks whose calls come in on `before`. A trunk gets it in place of `before`: a
 * line in that context would compete with the patterns that are there, and calls that go on there would come back.
 */
export interface Entry {
  readonly name: string
  readonly before: string
}

const ENTRY = 'from-doorman-trunk'
const FROM_PSTN = 'from-pstn'

/** What `Set(DOORMAN_FALLBACK=…)` may name. */
const CLEAN = /^[0-9A-Za-z+*#._-]+$/

/** The entries for the contexts of all trunks; those that are there already stay as they are. */
export function entriesFor(findings: Findings): readonly Entry[] {
  const entries = [...existingEntries(findings)]
  const contexts = findings.endpoints.filter(({ isTrunk }) => isTrunk).map(({ context }) => context)
  const isKnown = (context: string) =>
    entries.some(({ name, before }) => name === context || before === context)
  const add = (before: string) => {
    const isFirst = entries.every(({ name }) => name !== ENTRY)
    if (!isKnown(before)) entries.push({ name: isFirst ? ENTRY : `${ENTRY}-${before}`, before })
  }
  for (const context of contexts.filter((context) => CLEAN.test(context))) add(context)
  if (entries.length === 0) add(findings.isFreePbx ? FROM_PSTN : DEFAULT_CONTEXT)
  return entries
}

/** Where the calls of a context went before a trunk was pointed at Doorman. */
export function contextBefore(entries: readonly Entry[], context: string): string {
  return entries.find(({ name }) => name === context)?.before ?? context
}

/** The entries in the block of extensions.conf. */
export function existingEntries({ targets }: Pick<Findings, 'targets'>): readonly Entry[] {
  const block = blockOf(targets['extensions.conf'].state?.content ?? '')
  const { sections } = readConfig('block', { read: () => block, matching: () => [] })
  return sections.flatMap(({ name, options }) => {
    const [before] = options.flatMap(({ value }) => /Set\(DOORMAN_FALLBACK=([^,]+),/.exec(value)?.[1] ?? [])
    return before === undefined ? [] : [{ name, before }]
  })
}

/** Numbers, names, and calls without either; nothing of the caller's text is in a destination. */
const PATTERNS = ['_[+*#0-9]!', '_[A-Za-z].', 's']

/** The dialplan of an entry. */
export function entryLines({ name, before }: Entry): readonly string[] {
  return [
    `; Without Doorman its calls go on in [${before}].`,
    `[${name}]`,
    ...PATTERNS.flatMap((pattern) => [
      `exten => ${pattern},1,Set(DOORMAN_FALLBACK=${before},dialled,1)`,
      ' same => n,Goto(doorman,,1)',
    ]),
  ]
}
