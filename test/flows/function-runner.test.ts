import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'
import type { ConversationInput } from '../../src/conversation/conversation.js'
import type { FunctionResult } from '../../src/flows/functions/function-result.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import type { FlowFunction } from '../../src/flows/revision.js'

const runners: FunctionRunner[] = []
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop()))
})

/** Deadlines are long where they are not the matter: a busy machine must not make these tests fail. */
function runner(options: ConstructorParameters<typeof FunctionRunner>[0] = {}): FunctionRunner {
  const made = new FunctionRunner({ deadlineMs: 5_000, maxWorkers: 1, ...options })
  runners.push(made)
  return made
}

function flow(source: string, file = 'triage.ts'): FlowFunction {
  const { code, map } = transformSync(source, {
    format: 'cjs',
    loader: 'ts',
    sourcefile: file,
    sourcemap: 'external',
    minify: true,
  })
  return { file, code, map }
}

const body = (statements: string, file?: string) =>
  flow(`export default async function triage(conv: any) {\n  ${statements}\n}\n`, file)
const sound = (name = 'vip_support_flow') => body(`conv.gotoFlow('${name}')`, 'sound.ts')
/** Holds its thread for good, as `for (;;);` does, but takes no processor time from the tests beside it. */
const LOOP = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'

const input: ConversationInput = {
  callId: '1700000000.1',
  headers: [['From', '"Ann" <sip:+15551234567@example.org>']],
  trustedHeaders: ['x-vip'],
  callerNumber: '+15551234567',
  calleeNumber: '+15557654321',
  callerTrusted: true,
  callerName: 'Ann',
  caller: { tier: 'gold' },
  trunk: 'carrier-a',
  vip: false,
  branch: undefined,
  state: { city: 'Albany' },
  now: new Date('2030-01-01T12:00:00Z'),
  flowNames: ['vip_support_flow', 'general_support_flow'],
}

function said(result: FunctionResult): string {
  return result.kind === 'failed' ? `${result.reason}: ${result.message}` : `chose ${result.flow}`
}

const CHOSE = 'chose vip_support_flow'

/** What comes of a call with this id, which functions look at to behave in different ways on one thread. */
async function saidOf(under: FunctionRunner, fn: FlowFunction, callId = input.callId): Promise<string> {
  return said(await under.run(fn, { ...input, callId }))
}

/** Does something for calls with the id `bad`, and chooses a flow for all. */
const onceBad = (statements: string, file?: string) =>
  body(`if (conv.callId === 'bad') { ${statements} }; conv.gotoFlow('vip_support_flow')`, file)

/** As it stands in the design, but for the name of the package's types. */
const TRIAGE = `
import type { Conversation } from 'asterisk-doorman'

export default function triage(conv: Conversation) {
  conv.state.metadata = {
    callerId: conv.sipHeaders.get('From') ?? 'Unknown',
    dialedNumber: conv.calleeNumber,
  }
  conv.state.branch = conv.calleeNumber === '+15557654321' ? 'North Branch' : 'South Branch'
  if (conv.callerNumber === '+15551234567') conv.gotoFlow('vip_support_flow')
  else conv.gotoFlow('general_support_flow')
}
`

describe('a flow function', () => {
  test('chooses by caller number, derives the branch, and keeps metadata in the state', async () => {
    const metadata = { callerId: '"Ann" <sip:+15551234567@example.org>', dialedNumber: '+15557654321' }
    expect(await runner().run(flow(TRIAGE), input)).toEqual({
      kind: 'chose',
      flow: 'vip_support_flow',
      state: { city: 'Albany', metadata, branch: 'North Branch' },
      log: [],
    })
  })

  test('decides otherwise for another caller and callee, on the same thread', async () => {
    const [under, triage] = [runner(), flow(TRIAGE)]
    await under.run(triage, input)
    const other = { ...input, headers: [], callerNumber: '+15550000001', calleeNumber: '+15550000002' }
    expect(await under.run(triage, other)).toMatchObject({
      flow: 'general_support_flow',
      state: { branch: 'South Branch', metadata: { callerId: 'Unknown' } },
    })
  })

  test('is evaluated once a thread, as any module is', async () => {
    const under = runner()
    const fn = flow(`let calls = 0; export default (conv: any) => {
      conv.state.calls = ++calls; conv.gotoFlow('vip_support_flow') }`)
    await under.run(fn, input)
    expect(await under.run(fn, input)).toMatchObject({ state: { calls: 2 } })
  })

  test('can require modules of Node, and is told why it cannot require others', async () => {
    const fn = flow(`import { basename } from 'node:path'
      export default (conv: any) => { conv.state.name = basename('/a/b'); conv.gotoFlow('vip_support_flow') }`)
    expect(await runner().run(fn, input)).toMatchObject({ kind: 'chose', state: { name: 'b' } })
    const other = flow(`import x from 'left-pad'\nexport default () => x()`)
    expect(await saidOf(runner(), other)).toMatch(/^threw: .*requires "left-pad"/)
  })

  test('sees no environment', async () => {
    const fn = body(`conv.state.keys = Object.keys(process.env).length; conv.gotoFlow('vip_support_flow')`)
    expect(Object.keys(process.env).length).toBeGreaterThan(0)
    expect(await runner().run(fn, input)).toMatchObject({ kind: 'chose', state: { keys: 0 } })
  })
})

describe('a function that fails', () => {
  test.each([
    ['throws', `\n  throw new TypeError('no luck')`, 'threw: triage.ts:3:9: TypeError: no luck'],
    ['throws later', `await null;\n  throw new RangeError('x')`, 'threw: triage.ts:3:9: RangeError: x'],
    ['throws what is no error', `throw { why: 'so' }`, "threw: triage.ts: { why: 'so' }"],
    ['throws null', 'throw null', 'threw: triage.ts: null'],
    ['recurses without end', 'const f = (): number => 1 + f(); f()', 'threw: triage.ts:2:'],
    ['assigns to the call', `conv.callerNumber = 'x'`, 'threw: triage.ts:2:8: TypeError: conv.callerNumber'],
    [
      'goes to an unknown flow',
      `conv.gotoFlow('vip_suport_flow')`,
      'unknown-flow: triage.ts:2:8: UnknownFlow: There is no flow "vip_suport_flow"; did you mean "vip_support_flow"?',
    ],
    ['chooses nothing', 'return', 'chose-nothing: triage.ts: it ended without conv.gotoFlow'],
  ])('that %s says so and where', async (_, statements, expected) => {
    expect(await saidOf(runner(), body(statements))).toContain(expected)
  })

  test.each([
    ['a function', 'conv.state.done = () => 1', 'conv.state.done is a function'],
    ['a cycle', 'conv.state.self = { a: conv.state }', 'conv.state.self.a leads back'],
    ['a BigInt', 'conv.state.list = [1, 2n]', 'conv.state.list[1] is a BigInt'],
    ['a promise without await', 'conv.state.row = Promise.resolve(1)', 'conv.state.row is a Promise'],
    ['a Map', 'conv.state.map = new Map()', 'conv.state.map is a Map'],
    ['more than a call can keep', `conv.state.note = 'x'.repeat(200_000)`, 'at most 172800'],
  ])('because its state holds %s is not-cloneable', async (_, statement, expected) => {
    const result = await saidOf(runner(), body(`conv.gotoFlow('vip_support_flow'); ${statement}`))
    expect(result).toContain('not-cloneable: triage.ts')
    expect(result).toContain(expected)
  })

  test('chooses all the same if it caught the unknown flow', async () => {
    const fn = body(`try { conv.gotoFlow('nope') } catch { conv.gotoFlow('general_support_flow') }`)
    expect(await runner().run(fn, input)).toMatchObject({ kind: 'chose', flow: 'general_support_flow' })
  })

  test('while its file is loaded is tried anew at the next call', async () => {
    const under = runner()
    const fn =
      flow(`const seen = globalThis as any; if (!seen.again) { seen.again = true; throw new Error('first') }
      export default (conv: any) => conv.gotoFlow('vip_support_flow')`)
    expect(await saidOf(under, fn)).toMatch(/^threw: triage\.ts:1:.*Error: first/)
    expect(await saidOf(under, fn)).toBe(CHOSE)
  })

  test('without a default function says what to write', async () => {
    const result = await saidOf(runner(), flow('export const triage = 1'))
    expect(result).toMatch(/^threw: triage\.ts: .*export default function/)
  })

  test('because its call cannot be sent to a thread is not-cloneable, and the thread can be used again', async () => {
    const under = runner()
    const odd = { ...input, state: { f: () => 1 } } as unknown as ConversationInput
    expect(said(await under.run(sound(), odd))).toMatch(/^not-cloneable/)
    expect(await saidOf(under, sound())).toBe(CHOSE)
    expect(under.workers).toBe(1)
  })
})

describe('a function that never ends', () => {
  test('meets the deadline while calls of others notice nothing', async () => {
    const under = runner({ deadlineMs: 1_500 })
    const looping = Array.from({ length: 5 }, () => saidOf(under, body('for (;;);', 'loop.ts')))
    const others = await Promise.all(Array.from({ length: 10 }, () => saidOf(under, sound())))
    expect(others).toEqual(Array(10).fill(CHOSE))
    const results = await Promise.all(looping)
    expect(results[0]).toMatch(/^deadline: loop\.ts: .*within 1500 ms/)
    expect(new Set(results.map((result) => result.split(':')[0]))).toEqual(new Set(['deadline', 'busy']))
  })

  test('in an await meets the deadline too, and keeps what it logged before', async () => {
    const fn = body(`conv.log.info('waiting', { on: 'nothing' }); await new Promise(() => {})`)
    const result = await runner({ deadlineMs: 1_000 }).run(fn, input)
    expect(said(result)).toMatch(/^deadline/)
    expect(result.log).toEqual([{ level: 'info', message: 'waiting', details: '{"on":"nothing"}' }])
  })

  test('makes a call that has to wait for its thread busy, not late', async () => {
    const under = runner({ deadlineMs: 1_000 })
    const fn = body('await new Promise(() => {})', 'slow.ts')
    const results = await Promise.all([saidOf(under, fn), saidOf(under, fn)])
    expect(results).toEqual([
      expect.stringMatching(/^deadline/),
      expect.stringMatching(/^busy: .*within 1000 ms/),
    ])
  })

  test('after it chose does not cost the next call on its thread its flow', async () => {
    const under = runner({ deadlineMs: 2_000 })
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
    for (let i = 0; i < 3; i += 1) expect(await saidOf(under, fn)).toMatch(/^deadline/)
    expect(await saidOf(under, fn)).toMatch(/^suspended: loop\.ts: .*2024-05-05T05:56:05\.000Z/)
    now += 9_999
    expect(await saidOf(under, fn)).toMatch(/^suspended/)
    now += 1
    expect(await saidOf(under, fn)).toMatch(/^deadline/)
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
      expect(await saidOf(under, fn)).toBe(CHOSE)
      await new Promise((done) => setTimeout(done, 50))
    }
    expect(await saidOf(under, fn)).toMatch(/^suspended/)
    expect(await saidOf(under, sound())).toBe(CHOSE)
  })

  test('by throwing is not suspended: that costs no other call anything', async () => {
    const [under, fn] = [runner({ now: () => 0 }), body(`throw new Error('x')`)]
    for (let i = 0; i < 5; i += 1) expect(await saidOf(under, fn)).toMatch(/^threw/)
  })
})

describe('the log of a function', () => {
  test('has what it wrote by conv.log, console and the standard streams', async () => {
    const result = await runner().run(
      body(`conv.log.debug('one'); console.log('two %d', 2); console.error('three')
        process.stdout.write('four\\n'); conv.log.error('five', new Error('why')); conv.log.info('six', 1n)
        process.emitWarning('seven'); await new Promise((done) => setTimeout(done, 5)); conv.gotoFlow('vip_support_flow')`),
      input,
    )
    expect(result.log).toEqual([
      { level: 'debug', message: 'one' },
      { level: 'info', message: 'two 2' },
      { level: 'warn', message: 'three' },
      { level: 'info', message: 'four' },
      { level: 'error', message: 'five', details: expect.stringContaining('Error: why') },
      { level: 'info', message: 'six', details: '1n' },
      { level: 'error', message: 'Warning: Warning: seven' },
    ])
  })

  test('ends after a hundred lines of bounded length', async () => {
    const fn = body(`for (let i = 0; i < 5_000; i += 1) console.log('x'.repeat(10_000))`)
    const { log } = await runner().run(fn, input)
    expect(log).toHaveLength(100)
    expect(log[0]?.message).toHaveLength(2_000)
    expect(log.at(-1)?.message).toMatch(/the rest is dropped/)
  })

  test('belongs to its own call, also for a line that comes late', async () => {
    const under = runner()
    const fn = body(`if (conv.callId === 'bad') setTimeout(() => console.log('late'), 1)
      else await new Promise((done) => setTimeout(done, 60)); conv.gotoFlow('vip_support_flow')`)
    await under.run(fn, { ...input, callId: 'bad' })
    expect((await under.run(fn, input)).log).toEqual([])
  })
})

describe('a function that changes a built-in', () => {
  const CHANGES: Readonly<Record<string, string>> = {
    'a function of the language': 'JSON.stringify = () => "broken"',
    'the object of a function': 'globalThis.JSON = { parse() {}, stringify() {} }',
    'the prototype of every object': 'Object.prototype.x = 1',
    'a method of lists': 'Array.prototype.map = () => []',
    'the prototype of iterators':
      'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
    'the clock': 'Date.now = () => 0',
    'a class of Node': 'Buffer.byteLength = () => 0',
    'a class of the web': 'URL.prototype.toString = () => ""',
    'a function of the web': 'globalThis.structuredClone = (x) => x',
  }
  const changes = Object.entries(CHANGES).map(([what, statement]) => `'${what}': () => { ${statement} }`)
  const code = `const changes = { ${changes.join(', ')} }
    module.exports.default = (conv) => { changes[conv.callId]?.()
      conv.state.seen = [JSON.stringify([1].map((x) => x)), ({}).x, [...[1]], Buffer.byteLength('é'), String(new URL('http://a/')), Date.now() > 0]
      conv.gotoFlow('vip_support_flow') }`
  const seen = ['[1]', undefined, [1], 2, 'http://a/', true].map((value) => value ?? null)
  // Each of the two has one thread for all changes.
  const under = new FunctionRunner({ deadlineMs: 5_000, maxWorkers: 1 })
  const strict = { file: 'strict.js', map: '', code: `'use strict'; ${code}` }
  afterAll(() => under.stop())

  test.each(Object.keys(CHANGES))(
    '(%s) is refused, and the next call on its thread does not notice',
    async (change) => {
      expect(await saidOf(under, strict, change)).toMatch(/^threw: strict\.js:1:\d+: TypeError: Cannot/)
      for (const one of [strict, { file: 'sloppy.js', map: '', code }]) {
        await saidOf(under, one, change)
        expect(await under.run(one, input)).toMatchObject({ state: { seen } })
      }
    },
  )

  test('in an object of its own does so as ever', async () => {
    const fn = body(`const own: any = {}; own.toString = () => 'own'
      class Failure extends Error { override name = 'Failure' }
      function Old(this: any) {}; Old.prototype.toString = () => 'old'
      const error: any = new Failure('why'); error.message += '?'
      conv.state.texts = [String(own), String(new (Old as any)()), String(error)]; conv.gotoFlow('vip_support_flow')`)
    const texts = ['own', 'old', 'Failure: why?']
    expect(await runner().run(fn, input)).toMatchObject({ state: { texts } })
  })

  test('of its own making gets a fresh thread once it fails again and again', async () => {
    const under = runner()
    const fn = body(`const { promises } = require('node:fs')
      if (conv.callId === 'bad') promises.readFile = null
      await promises.readFile('/dev/null'); conv.gotoFlow('vip_support_flow')`)
    expect(await saidOf(under, fn, 'bad')).toMatch(/^threw/)
    for (let i = 0; i < 2; i += 1) expect(await saidOf(under, fn)).toMatch(/^threw/)
    expect(await saidOf(under, fn)).toBe(CHOSE)
  })
})

describe('the clock of a function', () => {
  test('gives the instant of the call', async () => {
    const now = new Date('2030-12-24T18:00:00Z')
    const fn =
      body(`const { format } = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'short' })
      await new Promise((done) => setTimeout(done, 5))
      conv.state.clock = [conv.now.toISOString(), new Date().toISOString(), Date.now(), new Date(0).getTime(), format(new Date()), new Date() instanceof Date, Date().slice(11, 15)]
      conv.gotoFlow('vip_support_flow')`)
    const iso = now.toISOString()
    const clock = [iso, iso, now.getTime(), 0, '24/12/2030', true, '2030']
    expect(await runner().run(fn, { ...input, now })).toMatchObject({ state: { clock } })
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
