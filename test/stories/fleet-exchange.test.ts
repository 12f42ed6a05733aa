import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { list } from '../../src/fleet/exchange.js'
import { NatsExchange } from '../../src/fleet/nats-exchange.js'
import { exchangeContract } from '../fleet/exchange-contract.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { NATS_SUITES } from '../support/roots.js'
import { until } from '../support/until.js'

const HUBS = { bookworm: 'localhost', trixie: '127.0.0.1', forky: 'localhost' }

describe.each(NATS_SUITES)('NATS of Debian %s as the exchange', (suite) => {
  let fleet: NatsFleet
  beforeAll(async () => {
    fleet = await NatsFleet.start(undefined, undefined, true, { suite, hub: HUBS[suite] })
    fleet.probeMs = 300
  })
  afterAll(() => fleet.stop())

  // berlin is behind its leaf node, munich at the hub itself.
  exchangeContract(async (name) => {
    if (name !== 'munich') return fleet.open(name)
    const { DOORMAN_FLEET: hub, DOORMAN_FLEET_CA: ca } = fleet.settings('publisher')
    return fleet.open(name, hub, ca)
  })

  test.each([
    ...(['orders/rest', 'overrides/all/office', 'status/hamburg', 'memory/hamburg/2b31'] as const),
    'tables/hamburg/gold' as const,
  ])('a PBX may not write %s, behind a leaf node or at the hub', async (key) => {
    const [publisher, berlin, munich] = fleet.exchanges
    const before = new Map<string, string>()
    await publisher?.watch(
      `${key.split('/')[0]}/` as 'orders/',
      (name, value) => void before.set(name, value),
    )
    await expect(berlin?.put(key, 'forged')).rejects.toThrow()
    await expect(munich?.put(key, 'forged')).rejects.toThrow()
    expect([...before.values()]).not.toContain('forged')
  })

  test('a PBX may not put the files of a revision, or the rows of another', async () => {
    const [, berlin, munich] = fleet.exchanges
    for (const name of ['0'.repeat(64), 'hamburg/gold', 'gold']) {
      await expect(berlin?.putContent(name, Buffer.from('forged'))).rejects.toThrow()
      await expect(munich?.putContent(name, Buffer.from('forged'))).rejects.toThrow()
      await expect(berlin?.getContent(name)).rejects.toThrow('the hub has no')
    }
  })

  test('a PBX may not tell of calls of another one', async () => {
    const [publisher, berlin, munich] = fleet.exchanges
    const told: string[] = []
    await publisher?.watch('live/', (key, value) => void told.push(`${key}=${value}`))
    for (const [pbx, at] of [
      [berlin, 'berlin'],
      [munich, 'munich'],
    ] as const) {
      await pbx?.put('live/hamburg', 'forged')
      await until(async () => {
        await pbx?.put(`live/${at}`, 'own')
        return told.includes(`live/${at}=own`)
      }, at)
    }
    expect(told).not.toContain('live/hamburg=forged')
  })

  test('whoever has no seed of the fleet is not let in', async () => {
    const { DOORMAN_FLEET: hub, DOORMAN_FLEET_CA: ca } = fleet.settings('publisher')
    const address = { address: hub ?? '', name: 'eve', ca }
    const eve = new NatsExchange(address)
    await until(() => fleet.hub.log.includes('authentication error'), 'the refusal')
    await expect(eve.put('orders/rest', 'forged')).rejects.toThrow('NATS is not connected')
    await eve.stop()
  })

  test('a restart of the hub forgets no order, and no PBX', async () => {
    const [publisher, berlin] = fleet.exchanges
    await publisher?.put('orders/kept', 'one')
    await berlin?.put('status/berlin', 'well')
    await fleet.hub.kill9()
    await until(() => publisher?.isUp === false, 'the hub to be missed')
    await fleet.hub.start()
    await until(() => publisher?.isUp === true, 'the hub')
    const again = fleet.open('publisher')
    expect((await list(again, 'status/')).get('status/berlin')).toBe('well')
    expect((await list(again, 'orders/')).get('orders/kept')).toBe('one')
  })

  test.each([
    ['seed', 'DOORMAN_FLEET_SEED is damaged'],
    ['owner', 'nats-server does not know this DOORMAN_FLEET_SEED'],
    ['name', 'the name of the hub is not known here'],
    ['missing', 'DOORMAN_FLEET_CA: /nowhere/hub.crt cannot be read (ENOENT)'],
    ['damaged', /^DOORMAN_FLEET_CA: .*publisher\/settings.env is no PEM file$/],
    ['other', 'the certificate of the hub is not the one of DOORMAN_FLEET_CA'],
  ])('settings with a wrong %s are named', async (what, says) => {
    const { DOORMAN_FLEET: address = '', DOORMAN_FLEET_SEED: seed = '', ...own } = fleet.settings('publisher')
    const right = { address, name: 'publisher', seed, ca: own.DOORMAN_FLEET_CA }
    const other = join(fleet.folder, 'other.crt')
    writeFileSync(other, rootCertificates[0] ?? '')
    const wrong = {
      seed: { seed: `${seed.slice(0, 9)}${seed[9] === 'A' ? 'B' : 'A'}${seed.slice(10)}` },
      owner: { seed: fleet.settings('munich').DOORMAN_FLEET_SEED },
      name: { address: 'tls://hub.invalid:4222' },
      missing: { ca: '/nowhere/hub.crt' },
      damaged: { ca: join(fleet.folder, 'publisher/settings.env') },
      other: { ca: other },
    }[what]
    const exchange = new NatsExchange({ ...right, ...wrong }, 300)
    await until(() => exchange.problem !== '', 'a problem').finally(() => exchange.stop())
    expect(exchange.problem).toMatch(says)
  })

  // These take 20 s, and are done with the oldest alone.
  if (suite !== 'bookworm') return

  test('a hub that was away takes no values, and is heard again when it is back', async () => {
    const [publisher, berlin, munich] = fleet.exchanges
    const told: string[] = []
    await berlin?.watch('orders/', (_key, value) => void told.push(value))
    await publisher?.put('orders/late', 'before')
    await until(() => told.includes('before'))
    await fleet.hub.kill9()
    await expect(berlin?.put('status/berlin', 'x')).rejects.toThrow()
    await until(() => [publisher, berlin, munich].every((one) => one?.isUp === false), 'the hub to be missed')
    await fleet.hub.start()
    await until(() => publisher?.isUp === true, 'the publisher')
    await publisher?.put('orders/late', 'after')
    await until(() => told.includes('after'), 'the news')
    await until(() => berlin?.isUp === true && munich?.isUp === true, 'all')
    await berlin?.put('status/berlin', 'x')
  })

  test('a watch that begins while the hub is away for a moment is told what is there', async () => {
    const { DOORMAN_FLEET: hub, DOORMAN_FLEET_CA: ca } = fleet.settings('publisher')
    // It asks for the hub when that is back.
    fleet.probeMs = 8_000
    const munich = fleet.open('munich', hub, ca)
    await until(() => munich.isUp, 'munich')
    await fleet.hub.kill9()
    const told: string[] = []
    const watched = munich.watch('orders/', (_key, value) => void told.push(value))
    await sleep(4_000)
    await fleet.hub.start()
    await watched
    expect(told).toContain('after')
  })

  test('a leaf node that was away is reached again', async () => {
    const [publisher, berlin] = fleet.exchanges
    const told: string[] = []
    await berlin?.watch('orders/', (_key, value) => void told.push(value))
    await fleet.leaves.get('berlin')?.kill9()
    await publisher?.put('orders/late', 'meanwhile')
    await until(() => berlin?.isUp === false, 'the leaf node to be missed')
    await fleet.leaves.get('berlin')?.start()
    await until(() => told.includes('meanwhile'), 'the news')
  })
})
