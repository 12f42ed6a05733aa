import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { inFolder } from '../flows/temp-folder.js'
import { doorman } from './command.js'

const ROUTING = 'flows: { desk: { context: desk } }\notherwise: desk\n'

const STATUS = {
  ...{
    name: 'berlin',
    ring: 'rest',
    version: '1',
    at: 0,
    isReady: true,
    isDrained: false,
    revision: 'abc',
    since: 0,
    order: null,
  },
  ...{ refusedOrders: [], calls: 0, fallbacks: 0, p99: 0, activeCalls: 0, lastFallback: null },
}

test('without its settings the publisher is told how to name them', async () => {
  const says = 'add --settings with the settings.env of publisher/'
  expect((await doorman(['fleet', 'push'])).err).toContain(says)
  expect(await doorman(['fleet', 'status'])).toMatchObject({ exit: 1, err: expect.stringContaining(says) })
})

test('init refuses what no machine could be reached by, and names a mistake for what it is', async () => {
  await inFolder({}, async (folder) => {
    const init = async (pbxs: string, ...args: string[]) =>
      (await doorman(['fleet', 'init', join(folder, 'fleet'), '--pbx', pbxs, ...args])).err
    for (const hub of ['nats://hub.example.com:4222', 'hub.example.com:7422', 'hub example', ''])
      expect(await init('berlin', '--hub', hub)).toContain(
        `--hub takes a host name or an address alone, as hub.example.com, not "${hub}".`,
      )
    expect(await init('munich office', '--share', folder)).toContain('"munich office" cannot be the name')
    expect(await init('berlin,hub', '--share', folder)).toContain('"hub" means something else in a fleet')
    expect(await init('berlin,munich,berlin', '--share', folder)).toContain('--pbx names berlin twice.')
    expect(await readdir(folder)).toEqual([])
  })
})

test('an address without nats:// is no folder', async () => {
  await inFolder(
    { 'own.env': 'DOORMAN_FLEET=hub.example.com:4222\nDOORMAN_FLEET_SIGNING_KEY=' },
    async (folder) => {
      const { exit, err } = await doorman(['fleet', 'status', '--settings', join(folder, 'own.env')])
      expect([exit, err]).toEqual([
        2,
        expect.stringContaining('DOORMAN_FLEET is no address: give nats://…, tls://…'),
      ])
    },
  )
})

test('push shows how long a ring is watched, and not milliseconds', async () => {
  const { out } = await doorman(['fleet', 'push', '--help'])
  expect(out).toMatch(/--for .*\(default:\s+1m\)/)
  expect(out).toMatch(/--expires .*\(default:\s+90d\)/)
})

test('an order that no PBX could follow is refused, and a push that none has taken says so', async () => {
  await inFolder({ 'routing.yaml': ROUTING }, async (folder) => {
    const share = join(folder, 'share')
    await mkdir(share)
    const keys = join(folder, 'fleet')
    expect(await doorman(['fleet', 'init', keys, '--pbx', 'berlin', '--share', share])).toMatchObject({
      exit: 0,
    })
    const fleet = (...args: string[]) =>
      doorman(['--settings', join(keys, 'publisher/settings.env'), 'fleet', ...args])
    const office = ['override', 'office', 'closed', '--until']
    expect(await fleet(...office, 'soon')).toMatchObject({
      ...{ exit: 2, err: expect.stringContaining('"soon" is no end; write 18:00, 90m') },
    })
    expect(await fleet(...office, '90m', '--at', 'berln')).toMatchObject({
      ...{ exit: 2, err: expect.stringContaining('No PBX "berln" has reported') },
    })
    expect((await fleet(...office, '90m')).out).toMatch(/^Ordered at all PBXs: office closed until 90m\./m)
    expect(await fleet('push', '--flows', folder, '--rings', 'canray')).toMatchObject({
      out: expect.stringMatching(/^No PBX of ring canray has reported yet; one that does takes revision /m),
    })
    await mkdir(join(share, 'status'))
    await writeFile(join(share, 'status/berlin'), JSON.stringify(STATUS))
    await writeFile(
      join(share, 'status/munich'),
      JSON.stringify({ ...STATUS, name: 'munich', at: Date.now(), isDrained: true }),
    )
    const { out } = await fleet('status')
    expect(out).toMatch(/^berlin .* away \d+ d /m)
    expect(out).toMatch(/^munich .* drained .*\nmunich: drained, it refuses a proxy's new calls; there/m)
    for (const [name, says] of [
      ['munch', 'No PBX "munch" has reported; did you mean "munich"?'],
      ['munich', 'ago; stop its Doorman first.'],
    ] as const)
      expect(await fleet('remove', name)).toMatchObject({ exit: 2, err: expect.stringContaining(says) })
    await mkdir(join(share, 'memory/berlin'), { recursive: true })
    await writeFile(join(share, 'memory/berlin/0123'), '{}')
    expect((await fleet('remove', 'berlin')).out).toContain('No push waits for berlin any more.')
    expect((await fleet('status')).out).not.toContain('berlin')
    expect(existsSync(join(share, 'memory/berlin/0123'))).toBe(false)
    await rm(join(share, 'status/munich'))
    await writeFile(join(share, 'status/berlin'), JSON.stringify({ ...STATUS, at: Date.now() }))
    expect(await fleet('push', '--flows', folder, '--rings', 'canray,rest')).toMatchObject({
      ...{ exit: 2, err: expect.stringContaining('no PBX is in ring "canray"; did you mean "canary"?') },
    })
    const tables = join(folder, 'tables')
    await mkdir(tables)
    const gold = '{ sql: SELECT 1 AS number, database: crm, every: 1m, loaded_by: [berlin, munch] }'
    await writeFile(join(tables, 'routing.yaml'), `tables: { gold: ${gold} }\n${ROUTING}`)
    expect(await fleet('push', '--flows', tables, '--rings', 'canary')).toMatchObject({
      ...{
        exit: 0,
        out: expect.stringContaining('loaded_by: no PBX "munch" has reported; known here: berlin'),
      },
    })
    await rm(share, { recursive: true })
    expect((await fleet('status')).err).toMatch(
      /share cannot be reached: ENOENT.*\nSee whether the folder is/,
    )
  })
})
