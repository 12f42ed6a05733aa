import { expect, test } from '@jest/globals'
import type { Revision } from '../../src/flows/revision.js'
import type { OutsideData, OutsideTable } from '../../src/routing/outside-data.js'
import { greetingTexts } from '../../src/speech/greetings.js'
import { revisionOf } from '../flows/temp-folder.js'

const WELCOME = 'greet: "Welcome, {caller.name|customer}."'
const files = (greet: string) => ({
  'routing.yaml': `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [a.csv, b.csv] }
flows: { vip: { context: vip } }
rules: [{ when: { vip: true }, goto: vip, ${greet} }]
otherwise: vip
`,
  'a.csv': 'number,name\n+15550000001,Ada\n+15550000003,Cy\n',
  'b.csv': 'number,name\n+15550000002,Bea\n+15550000003,Not Cy\n',
})

const textsFor = async (
  revision: Revision,
  recent: () => Promise<readonly string[]>,
  tables: OutsideData['tables'] = new Map(),
) =>
  (await Array.fromAsync(greetingTexts(revision, tables, recent))).map(
    (wanted) => 'text' in wanted && wanted.text,
  )

test('what calls may need is known ahead, that of recent callers first', async () => {
  const recent = async () => ['+15550000002', '+15559999999', '+15550000003']
  const texts = await textsFor(await revisionOf(files(WELCOME)), recent)
  expect([...new Set(texts)]).toEqual([
    ...['Welcome, customer.', 'Welcome, Bea.', 'Welcome, Cy.', 'Welcome, Ada.'],
  ])
})

test('rows of a table from outside are known once it is loaded; a number that is in a file counts there', async () => {
  const gold = { gold: { http: 'https://crm.example/gold.csv' } }
  const { 'routing.yaml': routing, ...vips } = files(WELCOME)
  const tabled = `${routing.replace('files: [a.csv, b.csv]', 'files: [a.csv], tables: [gold]')}tables: ${JSON.stringify(gold)}\n`
  const revision = await revisionOf({ ...vips, 'routing.yaml': tabled })
  const { routing: filed } = await revisionOf(files(WELCOME))
  const rows = { ...filed.vip.numbers.tables[1], version: '1' } as OutsideTable
  const recent = async () => ['+15550000002']
  expect(new Set(await textsFor(revision, recent))).toEqual(
    new Set(['Welcome, customer.', 'Welcome, Ada.', 'Welcome, Cy.']),
  )
  const texts = await textsFor(revision, recent, new Map([['gold', rows]]))
  expect([...new Set(texts)]).toEqual([
    ...['Welcome, customer.', 'Welcome, Bea.', 'Welcome, Ada.', 'Welcome, Cy.'],
  ])
})

test('a database that fails changes the order alone', async () => {
  const texts = await textsFor(await revisionOf(files(WELCOME)), () => Promise.reject(new Error('gone')))
  expect(new Set(texts).size).toBe(4)
})

test('without greetings nothing is asked and needed', async () => {
  const asked = () => Promise.reject(new Error('must not be asked'))
  expect(await textsFor(await revisionOf(files('state: {}')), asked)).toEqual([])
})
