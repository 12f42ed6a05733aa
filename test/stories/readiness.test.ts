import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { type View, view } from '../support/doorman.js'
import { pbxFixture, showing } from '../support/fixture.js'

const FLOWS = { 'routing.yaml': 'flows: { main: { context: story-main } }\notherwise: main\n' }

describe('what Doorman tells of itself', () => {
  const fixture = pbxFixture('forky', { flows: FLOWS, dialplan: showing('story-main', 'x') })

  const told = async () => {
    const ready = await view(fixture.asterisk, '/ready')
    const { ari, ami, stopping } = JSON.parse(ready.text) as Record<string, unknown>
    const metrics = (await view(fixture.asterisk, '/metrics')).text
    const up = [...metrics.matchAll(/^doorman_a[rm]i_up (\d)$/gm)].map(([, value]) => value)
    return {
      live: (await view(fixture.asterisk, '/live')).status,
      ready: ready.status,
      ari,
      ami,
      stopping,
      up,
    }
  }

  const becomes = async (state: 'up' | 'down', limitMs: number) => {
    const deadline = Date.now() + limitMs
    let seen = await told()
    while ((seen.ari !== state || seen.ami !== state) && Date.now() < deadline) {
      await sleep(100)
      seen = await told()
    }
    return seen
  }

  test('is ready while both lines are up, and not while Asterisk is gone, alive all the same', async () => {
    const well = { live: 200, ready: 200, ari: 'up', ami: 'up', stopping: false, up: ['1', '1'] }
    expect(await told()).toEqual(well)
    await fixture.asterisk.kill9()
    expect(await becomes('down', 15_000)).toEqual({
      ...{ live: 200, ready: 503, ari: 'down', ami: 'down', stopping: false, up: ['0', '0'] },
    })
    await fixture.asterisk.restart()
    expect(await becomes('up', 30_000)).toEqual(well)
  }, 90_000)

  test('is not ready from the moment it is told to stop, while it still answers', async () => {
    fixture.doorman.signal('SIGTERM')
    const answers: View[] = []
    // Until nobody listens there any more.
    for (;;) {
      const answer = await view(fixture.asterisk, '/ready').catch(() => undefined)
      if (answer === undefined) break
      answers.push(answer)
    }
    const last = answers.at(-1)
    expect(last?.status).toBe(503)
    expect(JSON.parse(last?.text ?? '{}')).toMatchObject({ ready: false, stopping: true })
  })
})

describe('what Doorman says of a PBX that cannot read SIP headers', () => {
  const fixture = pbxFixture('forky', {
    ...{ flows: FLOWS, dialplan: showing('story-main', 'x') },
    overrides: { 'modules.conf': 'noload = res_pjsip_header_funcs.so' },
  })

  test('calls are decided without their headers: in the log and at /ready, which stays ready', async () => {
    const line = await fixture.doorman.line(
      'headers_unavailable',
      ({ event }) => event === 'headers_unavailable',
    )
    expect(line).toMatchObject({
      level: 'error',
      message: expect.stringContaining('without their SIP headers'),
    })
    const { status, text } = await view(fixture.asterisk, '/ready')
    const problems = [expect.stringContaining('has not loaded res_pjsip_header_funcs.so')]
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ ready: true, problems })])
  })
})
