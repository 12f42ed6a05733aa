import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, jest, test } from '@jest/globals'
import type { Subject } from '../../src/doctor/check.js'
import { FLEET } from '../../src/doctor/doorman-checks.js'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { newKeys } from '../../src/fleet/orders.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { inFolder } from '../flows/temp-folder.js'
import { until } from '../support/until.js'

const keys = newKeys()
afterEach(() => void jest.useRealTimers())

async function check(env: Readonly<Record<string, string>>) {
  const settings = readSettings({ env, optional: SETTING_NAMES })
  return [await FLEET.run({ settings } as Subject)].flat()
}

test('a PBX in no fleet has nothing to check', async () => {
  expect(await check({})).toEqual([])
})

test('the exchange is tried as this PBX, and so is the key of the publisher', async () => {
  await inFolder({}, async (folder) => {
    const env = { DOORMAN_FLEET: folder, DOORMAN_FLEET_NAME: 'berlin', DOORMAN_FLEET_KEY: keys.publicKey }
    expect(await check(env)).toMatchObject([
      { verdict: 'ok', says: `berlin reaches ${folder}; nothing was pushed yet.` },
    ])
    const exchange = new FolderExchange(folder, 'publisher')
    const order = { ring: 'canary', content: null, isRollback: false, maxChange: undefined, earlier: [] }
    await new Publisher(exchange, keys.privateKey, 'ann').order(order, 1)
    await exchange.stop()
    expect(await check(env)).toMatchObject([{ says: `berlin reaches ${folder}; pushed to ring canary.` }])
    const says = 'orders/canary is not taken: its signature is not that of the publisher.'
    const other = { ...env, DOORMAN_FLEET_KEY: newKeys().publicKey }
    expect(await check(other)).toMatchObject([{ verdict: 'warning', says }])
  })
})

test('a folder that takes no values is a fault, and the trial leaves nothing in one that does', async () => {
  await inFolder({}, async (folder) => {
    const env = { DOORMAN_FLEET: folder, DOORMAN_FLEET_NAME: 'berlin', DOORMAN_FLEET_KEY: keys.publicKey }
    expect(await check(env)).toMatchObject([{ verdict: 'ok' }])
    expect(readdirSync(folder)).toEqual([])
    mkdirSync(join(folder, 'memory/berlin'), { recursive: true })
    writeFileSync(join(folder, 'memory/berlin/caller'), '{}')
    expect(await check(env)).toMatchObject([{ verdict: 'ok' }])
    expect(readdirSync(join(folder, 'memory/berlin'))).toEqual(['caller'])
    rmSync(join(folder, 'memory'), { recursive: true })
    // Root can write everywhere else.
    symlinkSync('/sys', join(folder, 'memory'))
    expect(await check(env)).toMatchObject([{ verdict: 'fault', says: expect.stringContaining('mkdir') }])
  })
})

test('an exchange that is away is a fault that says what goes on', async () => {
  const env = {
    DOORMAN_FLEET: 'nats://127.0.0.1:1',
    DOORMAN_FLEET_NAME: 'berlin',
    DOORMAN_FLEET_KEY: keys.publicKey,
  }
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  let found: unknown
  void check(env).then((findings) => {
    found = findings
  })
  // The connection is refused in real time, meanwhile.
  await until(async () => {
    await jest.advanceTimersByTimeAsync(100)
    return found !== undefined
  })
  expect(found).toMatchObject([
    {
      verdict: 'fault',
      says: expect.stringMatching(
        /^berlin does not reach nats:.* connection refused\. It decides by what it has\.$/,
      ),
    },
  ])
})
