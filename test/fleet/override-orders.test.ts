import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { Overrides } from '../../src/call/overrides.js'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { newKeys } from '../../src/fleet/orders.js'
import { OverrideOrders } from '../../src/fleet/override-orders.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { until } from '../support/until.js'
import { keys } from './members.js'

const HOUR_MS = 3_600_000
const OFFICE = { zone: 'UTC' } as never

let home = ''
let publisher: Publisher
const exchanges: FolderExchange[] = []
const taking: OverrideOrders[] = []
const share = () => join(home, 'share')
const open = (name: string) => {
  const exchange = new FolderExchange(share(), name, 20)
  exchanges.push(exchange)
  return exchange
}
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'doorman-overrides-'))
  await mkdir(share())
  publisher = new Publisher(open('publisher'), keys.privateKey, 'ann')
})
afterEach(async () => {
  await Promise.all(exchanges.splice(0).map((exchange) => exchange.stop()))
  await Promise.all(taking.splice(0).map((orders) => orders.stop()))
  await rm(home, { recursive: true })
})

/** The overrides of a PBX, and its orders; `again` is a restart. */
async function pbx(name: string) {
  const lines: string[] = []
  const line = (text: string) => void lines.push(text)
  const log = { error: line, warn: line, info: line, debug: line }
  const overrides = new Overrides({
    store: { overrides: async () => [], saveOverrides: async () => undefined },
    ...{ log, hours: () => new Map([['office', OFFICE]]), show: () => undefined },
  })
  const data = join(home, name)
  await mkdir(data)
  const exchange = open(name)
  const refused = new Map<string, string>()
  const taken = (key: string) => void refused.delete(key)
  const notTaken = (key: string, why: string) => {
    refused.set(key, why)
    lines.push(why)
  }
  const parts = { name, publicKey: keys.publicKey, data, overrides, log, taken, notTaken }
  const orders = new OverrideOrders({ ...parts, exchange })
  taking.push(orders)
  await orders.start()
  const again = async () => {
    await exchange.stop()
    await orders.stop()
    const next = new OverrideOrders({ ...parts, exchange: open(name) })
    taking.push(next)
    await next.start()
  }
  const state = () => overrides.current.get('office')
  return {
    ...{ overrides, lines, refused },
    again,
    state,
    set: (by: string) => overrides.set('office', { state: 'open', until: '2h', why: '', by }),
  }
}

const order = (state: 'open' | 'closed' | 'end', at = 'all', until_ = '90m', hours = 'office') =>
  publisher.override({ pbx: at, hours, state, until: until_, why: 'drill' }, 10 * HOUR_MS)

test('an override closes hours at all PBXs, or at one, and ends there', async () => {
  const [berlin, munich] = [await pbx('berlin'), await pbx('munich')]
  await order('closed')
  await until(() => berlin.state()?.open === false && munich.state()?.open === false)
  expect(berlin.state()).toMatchObject({ by: 'ann', why: 'drill' })
  await order('open', 'munich')
  await until(() => munich.state()?.open === true)
  expect(berlin.state()?.open).toBe(false)
  await order('end')
  await until(() => berlin.state() === undefined && munich.state() === undefined)
})

test('a PBX that was away takes it when it is back, for as long as it still lasts', async () => {
  const berlin = await pbx('berlin')
  await order('closed', 'all', '80ms')
  await order('closed', 'berlin', '90m', 'gone')
  await until(() => berlin.lines.some((line) => line.includes('There are no hours "gone"')))
  const munich = await pbx('munich')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const hamburg = await pbx('hamburg')
  await order('closed', 'hamburg', '90m', 'gone')
  await until(() => hamburg.refused.has('overrides/hamburg/gone'), 'both orders to be read')
  // What is over was not refused.
  expect([...hamburg.refused.keys()].filter((key) => key.endsWith('office'))).toEqual([])
  expect(
    [munich.state(), hamburg.state()].filter((one) => one !== undefined && one.until > Date.now()),
  ).toEqual([])
})

test('the last word counts: one that was set at the PBX later stays, and one that was set before does not', async () => {
  const [berlin, munich] = [await pbx('berlin'), await pbx('munich')]
  munich.set('bob')
  await rename(share(), join(home, 'cut'))
  const elsewhere = new FolderExchange(join(home, 'cut'), 'publisher', 20)
  await new Promise((resolve) => setTimeout(resolve, 5))
  await new Publisher(elsewhere, keys.privateKey, 'ann').override(
    { pbx: 'all', hours: 'office', state: 'closed', until: '90m', why: '' },
    HOUR_MS,
  )
  await elsewhere.stop()
  await new Promise((resolve) => setTimeout(resolve, 5))
  berlin.set('bob')
  await rename(join(home, 'cut'), share())
  await until(() => munich.state()?.open === false)
  expect(berlin.state()).toMatchObject({ open: true, by: 'bob' })
})

test('a second publisher ends an override, also where its clock is behind', async () => {
  const berlin = await pbx('berlin')
  const { now } = Date
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 60_000)
  await order('closed')
  await until(() => berlin.state()?.open === false)
  clock.mockRestore()
  const second = new Publisher(open('publisher'), keys.privateKey, 'bob')
  await second.override({ pbx: 'berlin', hours: 'office', state: 'end', until: '', why: '' }, HOUR_MS)
  await until(() => berlin.state() === undefined, 'the end')
})

test('an order counts once: what was ended at the PBX does not come back by a restart', async () => {
  const berlin = await pbx('berlin')
  await order('closed')
  await until(() => berlin.state()?.open === false)
  berlin.overrides.end('office', 'bob')
  await berlin.again()
  await order('open', 'berlin', '90m', 'other')
  await until(() => berlin.lines.some((line) => line.includes('"other"')))
  expect(berlin.state()).toBeUndefined()
})

test('an order that was taken and expired since is not refused by a restart', async () => {
  const berlin = await pbx('berlin')
  const about = { pbx: 'all', hours: 'office', state: 'closed', until: '90m', why: '' } as const
  await publisher.override(about, 500)
  await until(() => berlin.state() !== undefined)
  await new Promise((resolve) => setTimeout(resolve, 500))
  await berlin.again()
  await order('open', 'berlin', '90m', 'other')
  await until(() => berlin.refused.has('overrides/berlin/other'), 'both orders to be read')
  expect([...berlin.refused.keys()]).toEqual(['overrides/berlin/other'])
})

test('nobody but the publisher overrides hours, and none for another PBX', async () => {
  const berlin = await pbx('berlin')
  const eve = new Publisher(open('eve'), newKeys().privateKey, 'eve')
  await eve.override({ pbx: 'all', hours: 'office', state: 'closed', until: '90m', why: '' }, HOUR_MS)
  await until(() => berlin.lines.some((line) => line.includes('signature is not that of the publisher')))
  expect(berlin.state()).toBeUndefined()
})

test('a refused order stays refused until another comes there, also over a restart', async () => {
  const berlin = await pbx('berlin')
  const isRefused = () => berlin.refused.has('overrides/all/gone')
  await order('closed', 'all', '90m', 'gone')
  await until(isRefused)
  expect([...berlin.refused.values()]).toEqual(['There are no hours "gone"; known here: office'])
  berlin.refused.clear()
  await berlin.again()
  await until(isRefused, 'it to be refused again')
  await order('end', 'all', '', 'gone')
  await until(() => !isRefused(), 'the end of it')
})
