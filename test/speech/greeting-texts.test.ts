import { expect, test } from '@jest/globals'
import type { Revision } from '../../src/flows/revision.js'
import { greetingTexts } from '../../src/speech/greeting-texts.js'
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

const textsFor = async (revision: Revision, recent: () => Promise<readonly string[]>) =>
  (await Array.fromAsync(greetingTexts(revision, recent))).map((wanted) => 'text' in wanted && wanted.text)

test('what calls may need is known ahead, that of recent callers first', async () => {
  const recent = async () => ['+15550000002', '+15559999999', '+15550000003']
  const texts = await textsFor(await revisionOf(files(WELCOME)), recent)
  expect([...new Set(texts)]).toEqual([
    ...['Welcome, customer.', 'Welcome, Bea.', 'Welcome, Cy.', 'Welcome, Ada.'],
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
