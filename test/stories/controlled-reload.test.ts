import { spawnSync } from 'node:child_process'
import { readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { ownEnvironment } from '../support/child.js'
import { DOORMAN, type RunningDoorman, settingsFor } from '../support/doorman.js'
import { allShowing, flowsTo, pbxFixture } from '../support/fixture.js'
import { flowFolder } from '../support/flow-folder.js'

const routing = (flow: string, extra = '') => `
default_country: US
flows: { ${flowsTo('one', 'two')} }
rules:
  - { name: All, when: { callee: "+1555*" }, goto: ${flow} }
otherwise: one
${extra}`
const to = { from: '+15559990000', to: '5557654321', trunk: 'carrier-a', hold_ms: 300 }

describe('an admin who controls reloads', () => {
  const fixture = pbxFixture('forky', {
    flows: { 'routing.yaml': routing('one') },
    dialplan: allShowing(['one', 'two'], '${DOORMAN_REVISION}'),
    withDoorman: false,
  })
  const put = (text: string) => fixture.lab.put('routing.yaml', text)
  const reached = async () => (await fixture.place(to)).result.context
  afterEach(() => fixture.lab.stopDoorman())

  /** A data folder for one test, and `doorman` with the settings of its instance. */
  function controlled(name: string, settings: Readonly<Record<string, string>> = {}) {
    const own = { DOORMAN_DATA: join(fixture.asterisk.folder, name), ...settings }
    const start = () => fixture.lab.startDoorman(own)
    const command = (...args: readonly string[]) => {
      const [node = '', script = ''] = DOORMAN
      const env = { ...ownEnvironment(), ...settingsFor(fixture.asterisk), ...own }
      const { status, stdout, stderr } = spawnSync(node, [script, ...args], {
        ...{ env: { ...env, DOORMAN_FLOWS: fixture.lab.flows }, encoding: 'utf8' },
      })
      return { status, said: stdout + stderr }
    }
    const gauge = async () => {
      const { url } = JSON.parse(readFileSync(join(own.DOORMAN_DATA, 'control.json'), 'utf8')) as {
        url: string
      }
      const text = await (await fetch(new URL('/metrics', url))).text()
      return /^doorman_candidate_waiting (\d)$/m.exec(text)?.[1]
    }
    return { start, command, gauge }
  }

  const waits = (doorman: RunningDoorman, values: object) =>
    doorman.event('candidate', values, { limitMs: 10_000 })

  test('with DOORMAN_RELOAD=manual sees what waits, and calls notice nothing until the reload', async () => {
    put(routing('one'))
    const { start, command, gauge } = controlled('manual', { DOORMAN_RELOAD: 'manual' })
    const first = await start()
    put(routing('two'))
    const { changes } = await waits(first, { accepted: true })
    expect(changes).toEqual(['rule "All": goto one → two'])
    expect(await reached()).toBe('story-one')
    expect(await gauge()).toBe('1')
    expect(command('revisions').said).toMatch(/waits for a reload:\n {2}rule "All": goto one → two/)
    expect(command('diff').said).toContain('rule "All": goto one → two')

    expect(await first.stop()).toBe(0)
    const second = await start()
    await waits(second, { accepted: true })
    expect(await reached()).toBe('story-one')
    expect(command('reload')).toMatchObject({ status: 0, said: expect.stringContaining('is active') })
    expect(await reached()).toBe('story-two')
    expect(await gauge()).toBe('0')

    put(routing('nowhere'))
    await waits(second, { accepted: false })
    const from = second.lines.length
    put(routing('one'))
    await second.event('candidate', { accepted: true }, { from, limitMs: 10_000 })
    second.signal('SIGHUP')
    await second.event('reload', { way: 'signal', ok: true })
    expect(await reached()).toBe('story-one')
  })

  test('tries a draft that the flows folder knows nothing of, which stays until that changes', async () => {
    put(routing('one'))
    const { start, command } = controlled('draft')
    const first = await start()
    const draft = flowFolder({ 'routing.yaml': routing('two') })
    expect(command('check', '--flows', draft.path).status).toBe(0)
    expect(command('diff', '--flows', draft.path).said).toContain('rule "All": goto one → two')
    expect(command('replay', '--flows', draft.path).status).toBe(0)
    const { status, said } = command('reload', '--flows', draft.path)
    draft.remove()
    expect([status, said]).toEqual([0, expect.stringContaining('until the flows folder is loaded again')])
    expect(await reached()).toBe('story-two')
    expect(command('revisions').said).toMatch(/^\* {2}2 .* command, draft /m)

    utimesSync(join(fixture.lab.flows, 'routing.yaml'), new Date(), new Date())
    await first.event('reload', { way: 'files', ok: true }, { limitMs: 10_000 })
    expect(await reached()).toBe('story-two')
    expect(await first.stop()).toBe(0)
    const second = await start()
    await second.event('not_the_folder')
    expect(await reached()).toBe('story-two')

    put(routing('one', '# changed\n'))
    await second.event('reload', { way: 'files', ok: true, number: 3 }, { limitMs: 10_000 })
    expect(await reached()).toBe('story-one')
  })

  test('with DOORMAN_MAX_CHANGE is safe from a slip in a file that is saved, and takes it where it is meant', async () => {
    put(routing('one'))
    const { start, command, gauge } = controlled('limit', { DOORMAN_MAX_CHANGE: '10%' })
    const doorman = await start()
    expect([await reached(), await reached()]).toEqual(['story-one', 'story-one'])
    put(routing('two'))
    const { problems, replay } = await waits(doorman, { accepted: false })
    expect(replay).toContain('2 of 2 calls would change')
    expect(JSON.stringify(problems)).toContain('That is 100%, and at most 10% may change')
    expect(await reached()).toBe('story-one')
    expect(await gauge()).toBe('1')
    expect(command('reload')).toMatchObject({ status: 1, said: expect.stringContaining('--max-change 100%') })
    expect(command('reload', '--max-change', '100%').status).toBe(0)
    expect([await reached(), await gauge()]).toEqual(['story-two', '0'])

    // What was accepted is no change any more, though most recorded calls went elsewhere.
    put(routing('two', '# and on\n'))
    await doorman.event('reload', { way: 'files', ok: true, number: 3 }, { limitMs: 10_000 })
    expect(command('rollback', '--to', '1').status).toBe(0)
    expect(await reached()).toBe('story-one')
  })
})
