import { contextBefore, type Entry } from './entries.js'
import type { Findings } from './inspect.js'

/** The first routing.yaml: it names the trunks, trusts none, and sends each call on as it went before. */
export function startingFlows({ endpoints }: Findings, entries: readonly Entry[]): string {
  const trunks = endpoints.filter(({ isTrunk }) => isTrunk)
  const before = trunks.map((trunk) => ({ ...trunk, context: contextBefore(entries, trunk.context) }))
  const [first, ...others] = entries
  const flowOf = (entry: Entry) => (entry === first ? 'as_before' : `as_before_${entries.indexOf(entry) + 1}`)
  const rules = others.map((entry) => {
    const names = before.filter(({ context }) => context === entry.before).map(({ name }) => quoted(name))
    return [
      `  - name: As before from ${entry.before}`,
      `    when: { trunk: [${names.join(', ')}] }`,
      `    goto: ${flowOf(entry)}`,
    ]
  })
  return [
    '# Where calls go. "doorman check" says whether this file is right, "doorman',
    '# explain" what would become of a call. Keep telephone numbers in quotes.',
    '',
    '# default_country: US   # how to read national numbers such as 5551234567',
    '',
    '# What each trunk is trusted for; nothing, unless it is listed. Anybody can',
    '# write anything into a SIP header: trust a trunk only for what its provider',
    '# checks, as in  trust: [caller_number, P-Asserted-Identity]',
    ...(before.length === 0 ? ['trunks: {} # no trunk was found'] : ['trunks:']),
    ...before.map(({ name, context }) => `  ${quoted(name)}: { trust: [] } # context ${context}`),
    '',
    '# Every name that a rule may lead to, and its dialplan context; "dialled"',
    '# keeps the number that was dialled.',
    'flows:',
    ...entries.map((entry) => `  ${flowOf(entry)}: { context: ${entry.before}, extension: dialled }`),
    '',
    '# The first rule that matches wins. A rule, for a flow "sales" listed above:',
    '#  - name: Sales',
    '#    when: { callee: "+15557654321" }',
    '#    goto: sales',
    ...(rules.length === 0 ? ['rules: []'] : ['rules:', ...rules.flat()]),
    '',
    '# Every other call, and every call for which something fails.',
    'otherwise: as_before',
    '',
  ].join('\n')
}

/** Names of endpoints are free text, in YAML as well. */
function quoted(name: string): string {
  const isPlain = /^[A-Za-z][\w-]*$/.test(name) && !/^(true|false|null|yes|no|on|off|[yn])$/i.test(name)
  return isPlain ? name : JSON.stringify(name)
}
