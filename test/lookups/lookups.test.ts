import { describe, expect, test } from '@jest/globals'
import type { Revision } from '../../src/flows/revision.js'
import type { Ask, Values } from '../../src/lookups/lookup-client.js'
import { Lookups } from '../../src/lookups/lookups.js'
import { contextOf } from '../../src/routing/context-of.js'
import { revisionOf } from '../flows/temp-folder.js'
import { AT, call } from '../routing/support/make.js'

const files = (...rules: readonly string[]) => ({
  'routing.yaml': `
trunks: { carrier-a: { trust: [caller_number] } }
lookups:
  crm: { http: "http://127.0.0.1/crm/{caller.number}", take: { tier: tier } }
  debts: { http: "http://127.0.0.1/debts/{caller.number}", deadline: 30ms, take: { paid: paid } }
flows: { main: { context: main }, gold: { context: gold } }
rules:
${rules.map((rule) => `  - ${rule}\n`).join('')}
otherwise: main
`,
  'triage.ts': 'export default (conv: any) => conv.gotoFlow(conv.lookup("crm")?.tier ?? "main")\n',
})
const GOLD = '{ when: { lookup: { crm.tier: gold } }, goto: gold }'
const PAID = '{ when: { lookup: { debts.paid: "yes" } }, goto: gold }'

/** The lookups of a Doorman, with what they ask and count. */
function lab(ask: Ask) {
  const [asked, counted, logged]: [string[], string[], string[]] = [[], [], []]
  const log = (message: string) => void logged.push(message)
  const lookups = new Lookups({
    ask: (lookup, key, signal) => {
      asked.push(`${lookup.name} ${key.join()}`)
      return ask(lookup, key, signal)
    },
    log: { info: log, warn: log },
    metrics: {
      lookup: (name, { result }) => void counted.push(`${name} ${result}`),
      lookupUp: (name, isUp) => void counted.push(`${name} ${isUp ? 'up' : 'down'}`),
    },
  })
  const answers = (revision: Revision, from = '+15551234567', leftMs = 900) =>
    lookups.answers(contextOf(call({ from }), revision.routing, AT), revision, leftMs)
  return { asked, counted, logged, lookups, answers, down: () => [...lookups.down.keys()] }
}

const SAID: Readonly<Record<string, Values>> = { crm: { tier: 'gold' }, debts: { paid: 'no' } }
const say: Ask = async ({ name }) => SAID[name] ?? {}
const silent: Ask = () => new Promise(() => undefined)

describe('the lookups of a call', () => {
  test('are asked at once, and then known', async () => {
    const revision = await revisionOf(files(PAID, GOLD))
    const { answers, asked, counted } = lab(say)
    const results = [...(await answers(revision))].map(([name, { result }]) => `${name} ${result}`)
    expect(results.sort()).toEqual(['crm fresh', 'debts fresh'])
    await answers(revision)
    expect(asked).toEqual(['debts +15551234567', 'crm +15551234567'])
    expect(counted.filter((one) => one.endsWith('fresh'))).toHaveLength(4)
  })

  test('are only those that the known answers leave open', async () => {
    const { answers, asked } = lab(say)
    await answers(await revisionOf(files(GOLD)))
    expect([...(await answers(await revisionOf(files(GOLD, PAID)))).keys()]).toEqual(['crm'])
    expect(asked).toEqual(['crm +15551234567'])
  })

  test('are those that a code flow names, where a rule runs it', async () => {
    const { answers } = lab(say)
    expect([...(await answers(await revisionOf(files('{ run: triage.ts }')))).keys()]).toEqual(['crm'])
  })

  test('are waited for until each deadline, and no longer than half of the time of the call', async () => {
    const revision = await revisionOf(files(PAID, GOLD))
    const { answers, lookups } = lab(silent)
    const said = await answers(revision, '+15551234567', 100)
    lookups.stop()
    expect([...said.values()].map(({ why }) => why).sort()).toEqual([
      'no answer within 30 ms',
      'no answer within 50 ms',
    ])
  })

  test('keep their answers over a reload that does not change them', async () => {
    const { answers, asked, lookups } = lab(say)
    const revisions = [await revisionOf(files(GOLD)), await revisionOf(files(GOLD, '{ goto: main }'))]
    for (const revision of revisions) {
      lookups.decideBy(revision.routing)
      await answers(revision)
    }
    expect(asked).toHaveLength(1)
    const changed = await revisionOf({
      ...files(GOLD),
      'routing.yaml': files(GOLD)['routing.yaml'].replace('/crm/', '/crm2/'),
    })
    lookups.decideBy(changed.routing)
    await answers(changed)
    expect(asked).toHaveLength(2)
  })

  test('keep their answers where a call comes back that an earlier revision decides', async () => {
    const { answers, asked, lookups, down } = lab(say)
    const text = files(PAID, GOLD)['routing.yaml']
    const without = files(GOLD)['routing.yaml'].replace(/^ {2}debts.*\n/m, '')
    const earlier = await revisionOf({ 'routing.yaml': without.replace('/crm/', '/crm1/') })
    const active = await revisionOf({ ...files(), 'routing.yaml': text })
    lookups.decideBy(earlier.routing)
    await answers(earlier)
    lookups.decideBy(active.routing)
    for (const revision of [active, earlier, active]) await answers(revision)
    expect(asked.filter((one) => one.startsWith('debts'))).toHaveLength(1)
    expect(asked.filter((one) => one.startsWith('crm'))).toHaveLength(3)
    expect(down()).toEqual([])
  })

  test('say once that they fail, and not for ever where they are gone', async () => {
    const revision = await revisionOf(files(GOLD))
    const { answers, counted, logged, lookups, down } = lab(() =>
      Promise.reject(new Error('crm.example answered 500.')),
    )
    lookups.decideBy(revision.routing)
    for (let from = 0; from < 8; from++) await answers(revision, `+1555000000${from}`)
    expect(logged).toEqual([
      'The lookup crm fails: crm.example answered 500. Calls go on without it, and it is tried again every 5 s.',
    ])
    expect(counted.filter((one) => !one.endsWith('failed'))).toEqual(['crm up', 'crm down'])
    expect(down()).toEqual(['crm'])
    const without = files('{ goto: main }')['routing.yaml'].replace('crm:', 'new:')
    lookups.decideBy((await revisionOf({ 'routing.yaml': without })).routing)
    expect(counted.at(-1)).toBe('crm up')
    // A call of the earlier revision finds it down again; that concerns nobody any more.
    for (let from = 0; from < 8; from++) await answers(revision, `+1555000000${from}`)
    expect(counted.at(-1)).toBe('crm failed')
    expect([logged.length, down()]).toEqual([1, []])
  })
})
