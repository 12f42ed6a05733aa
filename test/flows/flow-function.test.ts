import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import type { ConversationInput } from '../../src/conversation/conversation.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { body, CHOSE, flow, input, runner, said, saidOf, sound } from './functions.js'
import { projectFolder } from './project-folder.js'

/** The example that is shipped. */
const TRIAGE = readFileSync(projectFolder('flows/triage.ts'), 'utf8')

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

  test('because its state holds what no call can keep is not-cloneable', async () => {
    const states: readonly (readonly [statement: string, expected: string])[] = [
      ['conv.state.done = () => 1', 'conv.state.done is a function'],
      ['conv.state.self = { a: conv.state }', 'conv.state.self.a leads back'],
      ['conv.state.list = [1, 2n]', 'conv.state.list[1] is a BigInt'],
      ['conv.state.row = Promise.resolve(1)', 'conv.state.row is a Promise'],
      ['conv.state.map = new Map()', 'conv.state.map is a Map'],
      [`conv.state.note = 'x'.repeat(200_000)`, 'at most 172800'],
    ]
    const cases = states.map(([statement], at) => `if (conv.callId === '${at}') ${statement}`)
    const [under, fn] = [runner(), body(`conv.gotoFlow('vip_support_flow')\n${cases.join('\n')}`)]
    for (const [at, [, expected]] of states.entries()) {
      const result = await saidOf(under, fn, String(at))
      expect(result).toContain('not-cloneable: triage.ts')
      expect(result).toContain(expected)
    }
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
    'a class of the web that Node loads when it is used': 'Headers.prototype.get = () => ""',
    'the name of such a class': 'globalThis.Headers = class {}',
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
