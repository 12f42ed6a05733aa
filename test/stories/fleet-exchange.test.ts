import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { exchangeContract } from '../fleet/exchange-contract.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { until } from '../support/until.js'

let fleet: NatsFleet
beforeAll(async () => {
  fleet = await NatsFleet.start()
  fleet.probeMs = 300
})
afterAll(() => fleet.stop())

describe('NATS as the exchange', () => {
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
    const { NatsExchange } = await import('../../src/fleet/nats-exchange.js')
    const eve = new NatsExchange(address)
    await until(() => fleet.hub.log.includes('authentication error'), 'the refusal')
    await expect(eve.put('orders/rest', 'forged')).rejects.toThrow('NATS is not connected')
    await eve.stop()
  })

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

  test('what is at the hub outlives a restart of it', async () => {
    const again = fleet.open(
      'munich',
      fleet.settings('publisher').DOORMAN_FLEET,
      join(fleet.folder, 'hub/hub.crt'),
    )
    const told: string[] = []
    await again.watch('orders/', (key, value) => void told.push(`${key}=${value}`))
    expect(told).toContain('orders/late=meanwhile')
  })
})
