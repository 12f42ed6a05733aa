import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Trace } from '../support/trace.js'
import { writeSettings } from './settings-file.js'
import { Stage, Stopped } from './stage.js'
import { news, reloads } from './stay.js'

const STEP = { extension: '5557654321', priority: 1, application: 'NoOp', data: '' }
const TRACE: Trace = {
  ...{ channel: 'PJSIP/carrier-a-00000001', uniqueId: '1.1', linkedId: '1.1', callId: 'a@b' },
  ...{ caller: '+15551234567', variables: {}, hungUp: false },
  steps: ['from-trunk', 'doorman', 'doorman-go', 'vip-support'].map((context) => ({ ...STEP, context })),
}
const lines = (...traces: readonly Trace[]) => news(traces, new Set(['known'])).map(({ line }) => line)

describe('while the demo stays up', () => {
  test('a call that has landed is a line', () => {
    expect(lines(TRACE)).toEqual(['+15551234567 → 5557654321 → vip-support'])
  })

  test('a call that is on its way, or was told of, is none', () => {
    const onItsWay = { ...TRACE, steps: TRACE.steps.slice(0, 2) }

    expect(lines(onItsWay, { ...TRACE, uniqueId: 'known' })).toEqual([])
  })

  test('a call that hung up on its way says so', () => {
    const gone = { ...TRACE, caller: '', steps: TRACE.steps.slice(0, 2), hungUp: true }

    expect(lines(gone)).toEqual(['anonymous → 5557654321 → hung up before it reached a flow'])
  })
})

test('changed flow files are a line, with what changed or what is wrong', () => {
  const level = 'info'
  const said = reloads([
    { level, message: 'call routed', event: 'decision' },
    { level, message: 'Revision 2 decides from now on.', event: 'reload', changes: ['rule VIP: changed'] },
    { level, message: 'The flow files were refused.', event: 'reload', problems: ['routing.yaml:1:1 no'] },
  ])

  expect(said).toEqual([
    ...['Revision 2 decides from now on.', '  rule VIP: changed'],
    ...['The flow files were refused.', '  routing.yaml:1:1 no'],
  ])
})

describe('the settings file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-settings-'))
  const file = join(folder, 'demo.env')
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('is its owner’s alone, and goes unless another demo has written its own', () => {
    writeFileSync(join(file), 'left behind by a demo that was killed', { mode: 0o644 })
    const remove = writeSettings(file, { DOORMAN_APP: 'doorman' })
    expect(readFileSync(file, 'utf8')).toMatch(/^#.*\nDOORMAN_APP=doorman\n$/)
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const removeOther = writeSettings(file, { DOORMAN_APP: 'other' })
    remove()
    expect(existsSync(file)).toBe(true)
    removeOther()
    expect(existsSync(file)).toBe(false)
  })
})

describe('the stage', () => {
  test('takes down what came up, the latest first, whatever one of them says', async () => {
    const stage = new Stage()
    const said: string[] = []
    await stage.up(Promise.resolve('Asterisk'), (name) => said.push(name))
    await stage.up(Promise.resolve('witness'), () => Promise.reject(new Error('It hangs.')))
    await stage.up(Promise.resolve('Doorman'), (name) => said.push(name))
    await stage.clear((line) => said.push(line))

    expect(said).toEqual(['Doorman', 'While stopping: It hangs.', 'Asterisk'])
  })

  test('takes down also what came up while it was asked to stop', async () => {
    const stage = new Stage()
    const said: string[] = []
    const starting = stage.up(new Promise<string>((resolve) => setImmediate(resolve, 'Asterisk')), (name) =>
      said.push(name),
    )
    stage.stop()

    await expect(starting).rejects.toThrow(Stopped)
    await stage.clear(() => undefined)
    expect(said).toEqual(['Asterisk'])
  })

  test('waits for nothing that may be left unfinished', async () => {
    const stage = new Stage()
    const calls = stage.unlessStopped(new Promise(() => undefined))
    stage.stop()

    await expect(calls).rejects.toThrow(Stopped)
  })
})
