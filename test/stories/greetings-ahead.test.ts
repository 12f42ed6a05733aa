import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, jest, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { pbxFixture, showing } from '../support/fixture.js'
import { speechEngines } from '../support/roots.js'
import { onDisk } from '../support/small-disk.js'
import { RENDERED_MS, until } from '../support/until.js'

jest.setTimeout(RENDERED_MS + 10_000)

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
const reload = async (...options: readonly string[]) => {
  const { out } = await doorman(['reload', ...options, '--allow-missing-contexts', '--data', data()])
  return out
}
const data = () => join(fixture.asterisk.folder, 'doorman-data')
const settings = () => ({ DOORMAN_GREETINGS: folder(), DOORMAN_DATA: data(), DOORMAN_RELOAD: 'manual' })
const call = (from: string) => fixture.call({ trunk: 'carrier-a', from, to: '+15557654321' })

let path = ''

beforeAll(async () => {
  const engines = await speechEngines((line) => void process.stderr.write(`${line}\n`))
  path = `${engines}:${process.env.PATH}`
  fixture.doorman = await fixture.lab.startDoorman({
    ...settings(),
    PATH: path,
  })
}, FETCH_MS)

test('a greeting for each VIP is rendered when Doorman starts', async () => {
  expect(await reload('--wait')).toMatch(
    /41 greetings, (all are rendered|\d+ of them new, rendered in \d+ seconds?)\.\n/,
  )
  expect(files()).toHaveLength(41)
})

test('a reload that changes one name renders one file', async () => {
  const before = new Set(files())
  fixture.lab.put('vips.csv', vips('Somebody Else', ...NAMES.slice(1)))
  expect(await reload('--wait')).toMatch(/41 greetings, 1 of them new, rendered in \d+ seconds?\./)
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
  expect(await reload('--wait')).toMatch(/41 greetings, 41 of them new, rendered in/)
  expect(files()).toHaveLength(41)
})

test('a row that comes into a table from outside is rendered without a reload', async () => {
  let rows = '+15550002001,Ida\n'
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/csv' }).end(`number,name\n${rows}`),
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const table = `tables: { gold: { http: "http://127.0.0.1:${port}/", every: 1s } }\n`
  fixture.lab.put('routing.yaml', `${routing(ESPEAK).replace('files: [vips.csv]', 'tables: [gold]')}${table}`)
  try {
    expect(await reload('--wait')).toMatch(/2 greetings, (1|2) of them new/)
    rows += '+15550002002,Joe\n'
    const before = files().length
    await until(() => files().length === before + 1, 'the new row is rendered', RENDERED_MS)
    expect((await call('+15550002002')).record.greeting).toMatchObject({
      ...{ status: 'played', text: 'Welcome back, Joe.' },
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('an engine that hangs does not keep a call for longer than 200 ms', async () => {
  fixture.lab.put('routing.yaml', routing('{ command: [sleep, "1000"] }'))
  await reload()
  const { placed, record, result } = await call('+15550001004')
  expect(record.greeting?.status).toBe('late')
  expect([placed.status, result.context, result.appData[0]]).toEqual([200, 'story-main', ''])
  expect(record.ms.total).toBeLessThan(1_000)
})

/** As Doorman generated it before it knew greetings. */
test('with an older dialplan a call is routed without a greeting, and its record says so', async () => {
  const file = join(fixture.asterisk.folder, 'etc/extensions_doorman.conf')
  const text = readFileSync(file, 'utf8')
  const [said, greet] = ['GREETS=1&', ' & ${LEN(${DOORMAN_PLAY})} = 0']
  for (const part of [said, greet]) expect(text).toContain(part)
  writeFileSync(file, text.replaceAll(said, '').replaceAll(greet, ''))
  await fixture.asterisk.cli('dialplan reload')
  const { placed, record, result } = await call('+15550002001')
  writeFileSync(file, text)
  await fixture.asterisk.cli('dialplan reload')
  expect([placed.status, record.outcome, record.greeting?.status]).toEqual([200, 'routed', 'outdated'])
  expect([result.context, result.appData[0]]).toEqual(['story-main', ''])
})

/** 16 kB for a second of speech, and twice that while it is rendered: some fit. */
test('on a full disk calls go on in time, and the log says it once', async () => {
  fixture.lab.put('routing.yaml', routing(ESPEAK))
  fixture.lab.put('vips.csv', vips(...NAMES))
  await reload()
  await fixture.lab.stopDoorman()
  rmSync(folder(), { recursive: true, force: true })
  mkdirSync(folder())
  fixture.doorman = fixture.lab.launch({ ...settings(), PATH: path }, onDisk('size=400000', folder()))
  await fixture.doorman.connected()
  expect(await reload('--wait')).toMatch(/41 greetings, .*; \d+ failed: .*(ENOSPC|is the disk full)/)
  const { placed, record, result } = await call('+15550001039')
  expect([placed.status, record.outcome, result.context]).toEqual([200, 'routed', 'story-main'])
  expect(record.greeting).toMatchObject({ status: 'default', text: 'Welcome back, dear customer.' })
  expect(record.ms.total).toBeLessThan(1_000)
  const said = fixture.doorman.lines.filter(({ event }) => event === 'greetings_problem')
  expect(new Set(said.map(({ message }) => message)).size).toBe(said.length)
  expect(said.length).toBeGreaterThan(0)
})
