import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { pbxFixture, showing } from '../support/fixture.js'
import { speechEngines } from '../support/roots.js'

const FETCH_MS = 5 * 60_000
const routing = (voice: string) => `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
voice: ${voice}
flows: { main: { context: story-main } }
otherwise: { goto: main, greet: "Welcome back, {caller.name|dear customer}.", play: early }
`
const ESPEAK = '{ engine: espeak-ng, voice: en-us }'
const vips = (...names: readonly string[]) =>
  `number,name\n${names.map((name, at) => `+1555000${1_000 + at},${name}\n`).join('')}`
const NAMES = Array.from({ length: 40 }, (_, at) => `Customer ${at}`)

const flows = { 'routing.yaml': routing(ESPEAK), 'vips.csv': vips(...NAMES) }
const fixture = pbxFixture('forky', {
  ...{ flows, withDoorman: false },
  dialplan: showing('story-main', '${DOORMAN_GREETING}'),
})
const folder = () => join(fixture.asterisk.folder, 'greetings')
const files = () => readdirSync(folder()).filter((name) => /^[0-9a-f]{32}\.wav$/.test(name))
const reload = async () => {
  const { out } = await doorman(['reload', '--wait', '--allow-missing-contexts', '--data', data()])
  return out
}
const data = () => join(fixture.asterisk.folder, 'doorman-data')
const call = (from: string) => fixture.call({ trunk: 'carrier-a', from, to: '+15557654321' })

beforeAll(async () => {
  const engines = await speechEngines((line) => void process.stderr.write(`${line}\n`))
  fixture.doorman = await fixture.lab.startDoorman({
    ...{ DOORMAN_GREETINGS: folder(), DOORMAN_DATA: data(), DOORMAN_RELOAD: 'manual' },
    PATH: `${engines}:${process.env.PATH}`,
  })
}, FETCH_MS)

test('a greeting for each VIP is rendered when Doorman starts', async () => {
  expect(await reload()).toMatch(
    /41 greetings, (all are rendered|\d+ of them new, rendered in \d+ seconds?)\.\n/,
  )
  expect(files()).toHaveLength(41)
})

test('a reload that changes one name renders one file', async () => {
  const before = new Set(files())
  fixture.lab.put('vips.csv', vips('Somebody Else', ...NAMES.slice(1)))
  expect(await reload()).toMatch(/41 greetings, 1 of them new, rendered in \d seconds?\./)
  expect(files().filter((name) => !before.has(name))).toHaveLength(1)
})

test('a call has the greeting of its caller', async () => {
  const [own, other] = [await call('+15550001001'), await call('+15550001002')]
  const paths = [own, other].map(({ result }) => result.appData[0] ?? '')
  expect(new Set(paths).size).toBe(2)
  for (const path of paths) expect(files().map((name) => join(folder(), name))).toContain(`${path}.wav`)
})

test('a folder that was deleted costs calls their greeting, and nothing else', async () => {
  rmSync(folder(), { recursive: true })
  const { placed, record } = await call('+15550001003')
  expect([placed.status, record.outcome]).toEqual([200, 'routed'])
  // A reload makes it again.
  expect(await reload()).toMatch(/41 greetings, 41 of them new, rendered in/)
  expect(files()).toHaveLength(41)
})

test('an engine that hangs does not keep a call for longer than 200 ms', async () => {
  fixture.lab.put('routing.yaml', routing('{ command: [sleep, "1000"] }'))
  await doorman(['reload', '--allow-missing-contexts', '--data', data()])
  const { placed, record, result } = await call('+15550001004')
  expect(record.greeting?.status).toBe('late')
  expect([placed.status, result.context, result.appData[0]]).toEqual([200, 'story-main', ''])
  expect(record.ms.total).toBeLessThan(1_000)
})
