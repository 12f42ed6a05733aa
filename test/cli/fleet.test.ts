import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { inFolder } from '../flows/temp-folder.js'
import { doorman } from './command.js'

const ROUTING = 'flows: { desk: { context: desk } }\notherwise: desk\n'

test('without its settings the publisher is told how to name them', async () => {
  const says = 'add --settings with the settings.env of publisher/'
  expect((await doorman(['fleet', 'push'])).err).toContain(says)
  expect(await doorman(['fleet', 'status'])).toMatchObject({ exit: 1, err: expect.stringContaining(says) })
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
  })
})
