import { spawnSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import type { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import type { FlowFunction } from '../../src/flows/revision.js'
import { body, CHOSE, flow, input, LOOP, onceBad, runner, said, saidOf, sound } from './functions.js'

/** What comes of a call that a thread takes: a busy machine may start one later than a call waits. */
async function takenBy(under: FunctionRunner, fn: FlowFunction, callId?: string): Promise<string> {
  const result = await saidOf(under, fn, callId)
  return result.startsWith('busy') ? takenBy(under, fn, callId) : result
}

describe('a function that never ends', () => {
  test('meets the deadline while calls of others notice nothing', async () => {
    const under = runner({ deadlineMs: 800 })
    const loop = body('for (;;);', 'loop.ts')
    expect(await under.check([loop, sound()])).toEqual([])
    const looping = Array.from({ length: 5 }, () => saidOf(under, loop))
    const others = await Promise.all(Array.from({ length: 10 }, () => saidOf(under, sound())))
    expect(others).toEqual(Array(10).fill(CHOSE))
    const results = await Promise.all(looping)
    expect(results[0]).toMatch(/^deadline: loop\.ts: .*within 800 ms/)
    expect(new Set(results.map((result) => result.split(':')[0]))).toEqual(new Set(['deadline', 'busy']))
  })

  test('in an await meets the deadline too, and keeps what it logged before', async () => {
    const fn = body(`conv.log.info('waiting', { on: 'nothing' }); await new Promise(() => {})`)
    const under = runner({ deadlineMs: 500 })
    expect(await under.check([fn])).toEqual([])
    const result = await under.run(fn, input)
    expect(said(result)).toMatch(/^deadline/)
    expect(result.log).toEqual([{ level: 'info', message: 'waiting', details: '{"on":"nothing"}' }])
  })

  test('makes a call that has to wait for its thread busy, not late', async () => {
    const under = runner({ deadlineMs: 1_000 })
    const fn = body('await new Promise(() => {})', 'slow.ts')
    expect(await under.check([fn])).toEqual([])
    const results = await Promise.all([saidOf(under, fn), saidOf(under, fn)])
    expect(results).toEqual([
      expect.stringMatching(/^deadline/),
      expect.stringMatching(/^busy: .*within 1000 ms/),
    ])
  })

  test('after it chose does not cost the next call on its thread its flow', async () => {
    const under = runner()
    const fn = onceBad(`setTimeout(() => { ${LOOP} }, 0)`)
    expect(await saidOf(under, fn, 'bad')).toBe(CHOSE)
    await new Promise((done) => setTimeout(done, 50))
    expect(await saidOf(under, fn)).toBe(CHOSE)
  })
})

describe('a function that kills its thread', () => {
  test('by process.exit is crashed, and the next call finds another thread', async () => {
    const [under, fn] = [runner(), onceBad('process.exit(3)')]
    expect(await saidOf(under, fn, 'bad')).toMatch(/^crashed: .*process\.exit, code 3/)
    expect(await saidOf(under, fn)).toBe(CHOSE)
  })

  test('by taking all its memory is crashed, and the next call finds another thread', async () => {
    const under = runner({ memoryMb: 24, deadlineMs: 20_000 })
    const fn = onceBad('const all = []; for (;;) all.push(Array(100_000).fill(1))')
    expect(await saidOf(under, fn, 'bad')).toMatch(/^crashed: triage\.ts: it ran out of memory/)
    expect(await saidOf(under, fn)).toBe(CHOSE)
  })

  test('after it chose harms no other call', async () => {
    const [under, fn] = [runner(), onceBad('setTimeout(() => process.exit(1), 0)')]
    expect(await saidOf(under, fn, 'bad')).toBe(CHOSE)
    for (let i = 0; i < 20; i += 1) expect(await saidOf(under, fn)).toBe(CHOSE)
  })

  test('or rather tries to, by a rejection without await and a throw in a timer, is only logged', async () => {
    const fn = body(`Promise.reject(new Error('stray')); setTimeout(() => { throw new Error('timer') }, 0)
      await new Promise((done) => setTimeout(done, 30)); conv.gotoFlow('vip_support_flow')`)
    const result = await runner().run(fn, input)
    expect(said(result)).toBe(CHOSE)
    expect(result.log).toEqual([
      { level: 'error', message: 'Unhandled rejection: Error: stray' },
      { level: 'error', message: 'Uncaught: Error: timer' },
    ])
  })
})

describe('a function that keeps failing', () => {
  test('is suspended after three deadlines for ten seconds, and says when it is tried again', async () => {
    let now = Date.parse('2024-05-05T05:55:55Z')
    const under = runner({ deadlineMs: 500, now: () => now })
    const fn = body(LOOP, 'loop.ts')
    for (let i = 0; i < 3; i += 1) expect(await takenBy(under, fn)).toMatch(/^deadline/)
    expect(await saidOf(under, fn)).toMatch(/^suspended: loop\.ts: .*2024-05-05T05:56:05\.000Z/)
    now += 9_999
    expect(await saidOf(under, fn)).toMatch(/^suspended/)
    now += 1
    expect(await takenBy(under, fn)).toMatch(/^deadline/)
    expect(await saidOf(under, fn)).toMatch(/^suspended/)
  })

  test('is suspended alone, and no longer once its code has changed', async () => {
    const under = runner({ now: () => 0 })
    for (let i = 0; i < 3; i += 1) await saidOf(under, body('process.exit(1)'))
    expect(await saidOf(under, body('process.exit(1)'))).toMatch(/^suspended/)
    expect(await saidOf(under, sound())).toBe(CHOSE)
    expect(await saidOf(under, body(`conv.gotoFlow('vip_support_flow')`))).toBe(CHOSE)
  })

  test('is cleared by one success', async () => {
    const [under, fn] = [runner({ now: () => 0 }), onceBad('process.exit(1)')]
    for (const callId of ['bad', 'bad', 'good', 'bad', 'bad', 'good'])
      expect(await saidOf(under, fn, callId)).toMatch(callId === 'bad' ? /^crashed/ : /^chose/)
  })

  test('by leaving a loop behind is suspended although it chose each time', async () => {
    const under = runner({ deadlineMs: 1_000, now: () => 0 })
    const fn = body(`conv.gotoFlow('vip_support_flow'); setTimeout(() => { ${LOOP} }, 0)`, 'late.ts')
    for (let i = 0; i < 3; i += 1) {
      expect(await takenBy(under, fn)).toBe(CHOSE)
      await new Promise((done) => setTimeout(done, 50))
    }
    expect(await saidOf(under, fn)).toMatch(/^suspended/)
    expect(await saidOf(under, sound())).toBe(CHOSE)
  })

  test('by leaving a loop behind now and then, with sound calls between, is not suspended', async () => {
    const under = runner({ deadlineMs: 600, now: () => 0 })
    const fn = onceBad(`setTimeout(() => { ${LOOP} }, 0)`)
    for (const callId of ['bad', 'a', 'b', 'bad', 'a', 'b', 'bad', 'a', 'b']) {
      expect(await takenBy(under, fn, callId)).toBe(CHOSE)
      if (callId === 'bad') await new Promise((done) => setTimeout(done, 50))
    }
  })

  test('by throwing is not suspended: that costs no other call anything', async () => {
    const [under, fn] = [runner({ now: () => 0 }), body(`throw new Error('x')`)]
    for (let i = 0; i < 5; i += 1) expect(await saidOf(under, fn)).toMatch(/^threw/)
  })
})

describe('the threads of a runner', () => {
  test('are not there without a function', () => {
    expect(runner().workers).toBe(0)
  })

  test('are new at each new revision, with its functions loaded', async () => {
    const under = runner({ maxWorkers: 2 })
    const counting = (file: string) =>
      flow(
        `const seen = globalThis as any; seen.loads = (seen.loads ?? 0) + 1
      export default (conv: any) => { conv.state.loads = seen.loads; conv.gotoFlow('vip_support_flow') }`,
        file,
      )
    for (const file of ['a.ts', 'b.ts']) {
      expect(await under.check([counting(file)])).toEqual([])
      expect(under.workers).toBe(1)
      expect(await under.run(counting(file), input)).toMatchObject({ state: { loads: 1 } })
    }
  })

  test('of an earlier revision finish the calls that they have in hand', async () => {
    const under = runner()
    const slow = body(`await new Promise((done) => setTimeout(done, 300)); conv.gotoFlow('vip_support_flow')`)
    expect(await under.check([slow])).toEqual([])
    const running = under.run(slow, input)
    expect(await under.check([sound()])).toEqual([])
    expect(await saidOf(under, sound())).toBe(CHOSE)
    expect(said(await running)).toBe(CHOSE)
    expect(under.workers).toBe(1)
  })

  test('are kept and used again, one of them warm', async () => {
    const under = runner({ maxWorkers: 3 })
    for (let i = 0; i < 10; i += 1) await saidOf(under, sound())
    expect(under.workers).toBeGreaterThanOrEqual(1)
    expect(under.workers).toBeLessThanOrEqual(2)
  })

  test('never get more than allowed', async () => {
    const under = runner({ maxWorkers: 2 })
    const calls = Array.from({ length: 20 }, () => saidOf(under, sound()))
    expect(under.workers).toBe(2)
    expect(await Promise.all(calls)).toEqual(Array(20).fill(CHOSE))
    expect(under.workers).toBe(2)
  })

  test('are ended, all but one, when no call has come for a while', async () => {
    const under = runner({ maxWorkers: 3, idleMs: 100 })
    expect(await under.check([sound()])).toEqual([])
    const calls = Array.from({ length: 9 }, () => saidOf(under, sound()))
    expect(under.workers).toBe(3)
    await Promise.all(calls)
    while (under.workers > 1) await new Promise((done) => setTimeout(done, 10))
    expect(await saidOf(under, sound())).toBe(CHOSE)
  })

  test('are gone after stop, and what ran or waited is told so', async () => {
    const under = runner({ maxWorkers: 2 })
    const calls = Array.from({ length: 4 }, () => saidOf(under, body(LOOP, 'loop.ts')))
    await under.stop()
    expect(under.workers).toBe(0)
    for (const call of calls) expect(await call).toMatch(/^busy: .*being stopped/)
    expect(await saidOf(under, sound())).toMatch(/^busy: .*being stopped/)
    expect(under.workers).toBe(0)
  })

  test.each([
    ['a runner that was never stopped', ''],
    ['a runner that was stopped', 'await runner.stop()'],
  ])('do not keep the process of %s alive, but a call in hand does', (_, end) => {
    const url = new URL('../../src/flows/functions/function-runner.js', import.meta.url)
    const script = `
      const { FunctionRunner } = await import(${JSON.stringify(url.href)})
      const runner = new FunctionRunner({ deadlineMs: 2_000 })
      const input = { ...${JSON.stringify(input)}, now: new Date(0) }
      const looping = runner.run(${JSON.stringify(body('await new Promise(() => {})', 'slow.ts'))}, input)
      console.log((await runner.run(${JSON.stringify(sound())}, input)).flow)
      ${end || 'await looping'}`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'vip_support_flow\n', stderr: '' })
  })
})
