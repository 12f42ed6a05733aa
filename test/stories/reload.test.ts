import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { ControlAddress } from '../../src/control/client.js'
import { ownEnvironment } from '../support/child.js'
import { DOORMAN, settingsFor } from '../support/doorman.js'
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js'

const routing = (flow: string, extra = '') => `
default_country: US
flows: { ${flowsTo('one', 'two', 'back')} }
rules:
  - { name: Again, when: { callee: "+15557654329" }, goto: back, state: { told: ${flow} } }
  - { name: All, when: { callee: "+1555*" }, goto: ${flow} }
${extra}otherwise: one
`
/** A flow that changes nothing itself: it waits while the rules change, and has the call decided again. */
const BACK = `
[story-back]
exten => s,1,NoOp(\${CONV_told})
 same => n,Answer()
 same => n,Wait(2)
 same => n,Set(DOORMAN_DIALLED=5557654321)
 same => n,Goto(doorman,s,1)
`
/** There is no extension `s` in it. */
const DIGITS = '[story-digits]\nexten => 7,1,Hangup()\n'
const dialplan = allShowing(['one', 'two'], '${DOORMAN_REVISION}') + BACK + DIGITS
const to = { from: '+15559990000', to: '5557654321', trunk: 'carrier-a', hold_ms: 600 }

describe.each(RELEASES)('changing the rules while calls run on Debian %s', (release) => {
  const fixture = pbxFixture(release, { flows: { 'routing.yaml': routing('one') }, dialplan })
  const put = (text: string) => fixture.lab.put('routing.yaml', text)

  function command(...args: readonly string[]) {
    const [node = '', script = ''] = DOORMAN
    const env = { ...ownEnvironment(), ...settingsFor(fixture.asterisk), DOORMAN_FLOWS: fixture.lab.flows }
    const { status, stdout, stderr } = spawnSync(node, [script, ...args], { env, encoding: 'utf8' })
    return { status, said: stdout + stderr }
  }

  const reloaded = (way: string, values: object) =>
    fixture.doorman.event('reload', { way, ...values }, { limitMs: 15_000 })

  const reached = async () => (await fixture.call(to)).result.context

  test('files that changed are taken up by themselves', async () => {
    expect(await reached()).toBe('story-one')
    put(routing('two'))
    await reloaded('files', { ok: true, number: 2 })
    expect(await reached()).toBe('story-two')
  })

  test('doorman reload takes the files at once and tells what changed', async () => {
    put(routing('one'))
    const { status, said } = command('reload')
    expect(status).toBe(0)
    // The watcher may have been faster; then there is nothing left to do, and it says so.
    expect(said).toMatch(
      /Revision 3 .* is active:[\s\S]*rule "All": goto two → one|revision 3 .* is active already/,
    )
    expect(command('diff', '2', '3').said).toContain('rule "All": goto two → one')
    expect(await reached()).toBe('story-one')
  })

  test('SIGHUP does the same', async () => {
    put(routing('two', '  # by signal\n'))
    fixture.doorman.signal('SIGHUP')
    await reloaded('signal', { ok: true })
    expect(await reached()).toBe('story-two')
  })

  test('a request over HTTP does the same, with the token', async () => {
    const file = join(fixture.asterisk.folder, 'doorman-data/control.json')
    const { url, token } = JSON.parse(readFileSync(file, 'utf8')) as ControlAddress
    const post = (headers: Record<string, string>) =>
      fetch(new URL('/reload', url), { method: 'POST', headers })
    put(routing('one', '  # by http\n'))
    expect((await post({})).status).toBe(401)
    const response = await post({ authorization: `Bearer ${token}` })
    expect([response.status, await response.json()]).toEqual([200, expect.objectContaining({ ok: true })])
    expect(await reached()).toBe('story-one')
    expect(await (await fetch(new URL('/metrics', url))).text()).toMatch(
      /doorman_reloads_total\{way="http",result="\w+"\} 1/,
    )
  })

  test('a bad candidate changes nothing and is told everywhere with its place', async () => {
    put(routing('two').replace('otherwise: one', 'otherwise: oen'))
    const { status, said } = command('reload')
    const problem = 'routing.yaml:7:12: '
    expect([status, said]).toEqual([1, expect.stringContaining(problem)])
    const line = await reloaded('command', { ok: false })
    expect(JSON.stringify(line.problems)).toContain(problem)
    expect(command('check').said).toContain(problem)
    expect(await reached()).toBe('story-one')
  })

  test('a flow whose context or extension the dialplan lacks refuses a candidate, unless it is allowed', async () => {
    for (const [context, said] of [
      ['story-digits', /routing\.yaml:3:\d+: .*\[story-digits\] with extension s, priority 1/],
      ['story-nowhere', /routing\.yaml:[2-9]:\d+: .*\[story-nowhere\]/],
    ] as const) {
      put(routing('two').replace('story-two', context))
      expect(command('reload')).toEqual({ status: 1, said: expect.stringMatching(said) })
    }
    expect(await reached()).toBe('story-one')
    expect(command('reload', '--allow-missing-contexts').status).toBe(0)
    // The hand-over keeps the caller all the same.
    expect(await reached()).toBe('story-one')
  })

  test('a rollback brings an earlier revision back, and both are on record', async () => {
    put(routing('two', '  # again\n'))
    expect(command('reload').status).toBe(0)
    expect(await reached()).toBe('story-two')
    const before = JSON.parse(command('revisions', '--json').said) as unknown
    expect(command('rollback', '--to', '1').status).toBe(0)
    expect(await reached()).toBe('story-one')
    expect(command('revisions').said).toMatch(/rollback to 1/)
    expect(JSON.stringify(before)).toContain('"way":"command"')
  })

  test('a call that comes back is decided by the revision that it began with', async () => {
    put(routing('two', '  # began\n'))
    expect(command('reload').status).toBe(0)
    const call = fixture.place({ ...to, to: '5557654329', hold_ms: 6_000 })
    const isWaiting = ({ steps }: { steps: readonly { context: string }[] }) =>
      steps.some(({ context }) => context === 'story-back')
    await fixture.observer.executes(isWaiting, 'Wait', 5_000)
    put(routing('one', '  # changed meanwhile\n'))
    expect(command('reload').status).toBe(0)
    const { placed } = await call
    const { path } = await fixture.observer.result(placed.callId, 5_000)

    expect(path.filter((context) => context.startsWith('story-'))).toEqual(['story-back', 'story-two'])
    expect(await reached()).toBe('story-one')
  })
})
