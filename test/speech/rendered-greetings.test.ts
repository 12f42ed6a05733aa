import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeReport, type RenderReport } from '../../src/speech/greetings.js'
import { type GreetingsParts, RenderedGreetings } from '../../src/speech/rendered-greetings.js'
import type { RenderJob } from '../../src/speech/renderer.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { until } from '../support/until.js'

let folder = ''
let opened: RenderedGreetings[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-greetings-'))
})
afterEach(async () => {
  await Promise.all(opened.map((one) => one.stop()))
  opened = []
  rmSync(folder, { recursive: true, force: true })
})

/** A program that is on every PATH and never started: the renderer is a fake. */
const VOICE = { command: ['true'] }
const greeting = (text: string) => ({ text, voice: VOICE })
const texts = (...all: readonly string[]) => all.map(greeting)

/** Renders when it is told to; a file has 100 bytes. */
class FakeRenderer {
  readonly started: string[] = []
  readonly #running: ((error?: Error) => void)[] = []
  isAtOnce = false
  failure: Error | undefined

  async render({ source, file }: RenderJob): Promise<number> {
    this.started.push('text' in source ? source.text : 'a recording')
    if (!this.isAtOnce)
      await new Promise<void>((resolve, reject) =>
        this.#running.push((error) => (error ? reject(error) : resolve())),
      )
    if (this.failure !== undefined) throw this.failure
    writeFileSync(file, Buffer.alloc(100))
    return 100
  }

  async finish(): Promise<void> {
    await until(() => this.#running.length > 0)
    this.#running.shift()?.()
  }

  stop(): void {
    for (const end of this.#running.splice(0)) end(new Error('it has ended'))
  }
}

function open(parts: Partial<GreetingsParts> = {}) {
  const renderers = [new FakeRenderer(), new FakeRenderer()] as const
  const log = new KeptLog()
  const greetings = new RenderedGreetings({
    ...{ folder, limit: 1_000_000, mostAhead: 10_000, log, renderers },
    ...parts,
  })
  opened.push(greetings)
  return { greetings, log, forCalls: renderers[0], ahead: renderers[1] }
}

/** With a renderer that takes no time. */
function openFast(parts: Partial<GreetingsParts> = {}) {
  const all = open(parts)
  all.forCalls.isAtOnce = true
  all.ahead.isAtOnce = true
  return all
}

async function done(greetings: RenderedGreetings): Promise<RenderReport> {
  await until(async () => (await greetings.report()).done)
  return greetings.report()
}

test('a text is found once it is rendered, as a path without extension', async () => {
  const { greetings } = openFast()
  expect(greetings.find(greeting('Hello.'))).toBeUndefined()
  const path = await greetings.within(greeting('Hello.'), 5_000)
  expect(path).toMatch(new RegExp(`^${folder}/[0-9a-f]{32}$`))
  expect(existsSync(`${path}.wav`)).toBe(true)
  expect(greetings.find(greeting('Hello.'))).toBe(path)
  expect(greetings.find(greeting('Hello!'))).toBeUndefined()
})

test('a recording is found once it is copied, and is told apart by its content', async () => {
  const { greetings } = openFast()
  const wav = new Uint8Array(new SharedArrayBuffer(4))
  const path = await greetings.within({ wav }, 5_000)
  expect(greetings.find({ wav: wav.slice() })).toBe(path)
  expect(greetings.find({ wav: new Uint8Array(5) })).toBeUndefined()
})

test('a call waits for no longer than it says, and the rendering goes on for the next one', async () => {
  const { greetings, forCalls } = open()
  const start = performance.now()
  expect(await greetings.within(greeting('Hello.'), 50)).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(1_000)
  const next = greetings.within(greeting('Hello.'), 5_000)
  await forCalls.finish()
  expect(await next).toMatch(/^\//)
  expect(forCalls.started).toEqual(['Hello.'])
})

test('what calls ask for is rendered beside what is rendered ahead, and no text twice', async () => {
  const { greetings, forCalls, ahead } = open()
  greetings.ahead(texts('One.', 'Two.', 'Three.'))
  await until(() => ahead.started.length === 1)
  const calls = ['Ask one.', 'Ask two.', 'Three.'].map((text) => greetings.within(greeting(text), 5_000))
  for (const renderer of [forCalls, forCalls, forCalls, ahead, ahead]) await renderer.finish()
  await Promise.all(calls)
  await done(greetings)
  expect(forCalls.started).toEqual(['Ask one.', 'Ask two.', 'Three.'])
  expect(ahead.started).toEqual(['One.', 'Two.'])
  expect(await greetings.report()).toMatchObject({ texts: 3, fresh: 3, rendered: 3, failed: 0, left: 0 })
})

test('only texts without a file are rendered ahead, each once, and the log says how many', async () => {
  const { greetings, ahead, log } = openFast()
  greetings.ahead(texts('One.', 'Two.', 'One.', '<b>'))
  expect(await done(greetings)).toMatchObject({ texts: 3, fresh: 2, rendered: 2 })
  const { greetings: after, ahead: again } = openFast()
  after.ahead(texts('Two.', 'Three.'))
  expect(await done(after)).toMatchObject({ texts: 2, fresh: 1, rendered: 1 })
  expect([ahead.started, again.started]).toEqual([['One.', 'Two.'], ['Three.']])
  expect(log.lines.map(({ event, message }) => [event, message])).toEqual([
    ['greetings', '3 greetings, 2 of them new, rendered in 1 second.'],
  ])
})

test('a newer request replaces the one before', async () => {
  const { greetings, ahead } = open()
  greetings.ahead(texts('Old one.', 'Old two.', 'Both.'))
  await until(() => ahead.started.length === 1)
  greetings.ahead(texts('Both.', 'New.'))
  expect(await greetings.report()).toMatchObject({ texts: 2, fresh: 2, done: false })
  ahead.isAtOnce = true
  await ahead.finish()
  await done(greetings)
  expect(ahead.started).toEqual(['Old one.', 'Both.', 'New.'])
})

test('no more texts are rendered ahead than the setting says', async () => {
  const { greetings, ahead } = openFast({ mostAhead: 2 })
  greetings.ahead(texts('One.', 'Two.', 'Three.', 'Four.', 'Three.'))
  const report = await done(greetings)
  expect(report).toMatchObject({ texts: 4, fresh: 2, rendered: 2, left: 2 })
  expect(ahead.started).toEqual(['One.', 'Two.'])
  expect(describeReport(report)).toMatch(/^4 greetings, 2 of them new, .*; 2 are left to their first call$/)
})

test('the files that were not used for longest go first, and never one that calls may need', async () => {
  const { greetings } = openFast({ limit: 450 })
  greetings.ahead(texts('Needed.'))
  await done(greetings)
  const paths: (string | undefined)[] = []
  for (const text of ['One.', 'Two.', 'Three.']) paths.push(await greetings.within(greeting(text), 5_000))
  greetings.find(greeting('One.'))
  await greetings.within(greeting('Four.'), 5_000)
  const found = ['Needed.', 'One.', 'Two.', 'Three.', 'Four.'].filter((text) =>
    greetings.find(greeting(text)),
  )
  expect(found).toEqual(['Needed.', 'One.', 'Three.', 'Four.'])
  expect(existsSync(`${paths[1]}.wav`)).toBe(false)
  expect(readdirSync(folder)).toHaveLength(4)
  expect(greetings.health).toMatchObject({ files: 4, bytes: 400 })
})

test('where the files that calls may need fill the folder, no further one stays', async () => {
  const { greetings, log } = openFast({ limit: 250 })
  greetings.ahead(texts('One.', 'Two.', 'Three.', 'Four.'))
  expect(await done(greetings)).toMatchObject({ fresh: 4, rendered: 3, left: 1 })
  expect(await greetings.within(greeting('Five.'), 5_000)).toBeUndefined()
  expect(readdirSync(folder)).toHaveLength(3)
  expect(log.lines.at(-1)?.message).toContain('raise DOORMAN_GREETINGS_MB')
})

test('after a restart the files that were used last are known', async () => {
  const { greetings } = openFast()
  const used = await greetings.within(greeting('Used.'), 5_000)
  const unused = await greetings.within(greeting('Unused.'), 5_000)
  utimesSync(`${unused}.wav`, new Date(0), new Date(0))
  const { greetings: after } = openFast({ limit: 250 })
  await after.within(greeting('New.'), 5_000)
  expect([used, unused].map((path) => existsSync(`${path}.wav`))).toEqual([true, false])
})

test('what a process that was killed left in the folder is removed, and nothing else', async () => {
  const hash = '0'.repeat(32)
  const left = [`.${hash}.wav.0123abcd`, `.${hash}.wav.spoken.wav`]
  for (const name of [...left, 'music.wav', '.hidden']) writeFileSync(join(folder, name), '')
  const { greetings } = openFast()
  greetings.ahead([])
  await greetings.report()
  expect(readdirSync(folder).sort()).toEqual(['.hidden', 'music.wav'])
})

test('a file that is written while the folder is read is known', async () => {
  const { greetings, ahead } = openFast()
  await greetings.within(greeting('Hello.'), 5_000)
  const written = Array.from({ length: 50 }, async (_, n) => {
    greetings.ahead(texts('Hello.'))
    return greetings.within(greeting(`Hello ${n}.`), 5_000)
  })
  await Promise.all(written)
  await done(greetings)
  expect(greetings.health.files).toBe(51)
  expect(ahead.started).toEqual([])
})

test.each([
  ['deleted', unlinkSync],
  ['emptied, as by a power cut', truncateSync],
])('a file that was %s is rendered again', async (_, spoil) => {
  const { greetings, forCalls, ahead } = openFast()
  const path = await greetings.within(greeting('Hello.'), 5_000)
  spoil(`${path}.wav`)
  greetings.ahead(texts('Hello.'))
  expect(await done(greetings)).toMatchObject({ fresh: 1, rendered: 1 })
  expect([forCalls.started, ahead.started]).toEqual([['Hello.'], ['Hello.']])
})

test('the file of a caller who is forgotten goes, and no other file', async () => {
  const { greetings } = openFast()
  const path = (await greetings.within(greeting('Welcome, Ada.'), 1_000)) ?? ''
  const other = join(folder, 'other')
  writeFileSync(`${other}.wav`, '')
  expect([await greetings.remove(path), await greetings.remove(path), await greetings.remove(other)]).toEqual(
    [true, false, false],
  )
  expect(readdirSync(folder)).toEqual(['other.wav'])
  expect(greetings.find(greeting('Welcome, Ada.'))).toBeUndefined()
})

test('an engine that fails is soon asked ahead no more, and each reason is logged once', async () => {
  const { greetings, forCalls, ahead, log } = openFast()
  forCalls.failure = new Error('flite 2.2: it ended with SIGSEGV')
  ahead.failure = forCalls.failure
  greetings.ahead(texts(...Array.from({ length: 20 }, (_, n) => `Hello ${n}.`)))
  const report = await done(greetings)
  expect(report).toMatchObject({ fresh: 20, rendered: 0, failed: 20 })
  expect(ahead.started).toHaveLength(5)
  expect(log.lines.filter(({ event }) => event === 'greetings_problem')).toHaveLength(1)
  expect(describeReport(report)).toMatch(/; 20 failed: flite 2\.2: it ended with SIGSEGV$/)
  forCalls.failure = undefined
  ahead.failure = undefined
  expect(await greetings.within(greeting('Hello 7.'), 5_000)).toBeDefined()
  expect(greetings.health).toMatchObject({ problem: '', rendered: 1, failed: 5 })
})

test('an engine that is not there is a problem that a reload says, and calls go on', async () => {
  const { greetings } = openFast()
  const voice = { engine: 'pico2wave', voice: 'en-US', speed: 1 } as const
  const { PATH } = process.env
  process.env.PATH = '/nowhere'
  greetings.ahead([{ text: 'Hello.', voice }])
  const report = await done(greetings)
  process.env.PATH = PATH
  expect(describeReport(report)).toMatch(/^Greetings cannot be rendered: pico2wave is not on the PATH: /)
  expect(await greetings.within({ text: 'Hello.', voice }, 5_000)).toBeUndefined()
})

test('a folder that cannot be made costs calls nothing but their greeting', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const { greetings, forCalls, ahead } = openFast({ folder: join(file, 'greetings') })
  forCalls.failure = new Error('no such folder')
  ahead.failure = forCalls.failure
  expect(await greetings.within(greeting('Hello.'), 5_000)).toBeUndefined()
  expect(greetings.health.problem).not.toBe('')
})

test('a thousand texts of calls wait at most', async () => {
  const { greetings } = open()
  const waits = Array.from({ length: 1_100 }, (_, n) => greetings.within(greeting(`Hello ${n}.`), 100))
  expect(new Set(await Promise.all(waits))).toEqual(new Set([undefined]))
  // On a busy machine the folder is read only then.
  await until(() => greetings.health.waiting > 1_000)
  expect(greetings.health.waiting).toBe(1_001)
})

test('a stop ends what calls wait for', async () => {
  const { greetings, forCalls } = open()
  const waiting = greetings.within(greeting('Hello.'), 60_000)
  await until(() => forCalls.started.length === 1)
  await greetings.stop()
  expect(await waiting).toBeUndefined()
  expect(await greetings.within(greeting('Hello.'), 60_000)).toBeUndefined()
})

const REPORT: RenderReport = {
  ...{ texts: 1_200, fresh: 34, rendered: 0, failed: 0, left: 0 },
  ...{ done: false, ms: 3_400, problem: '' },
}

test.each([
  [REPORT, '1,200 greetings, 34 of them new, being rendered beside the calls, in about 3 seconds'],
  [{ ...REPORT, fresh: 0, done: true }, '1,200 greetings, all are rendered'],
  [{ ...REPORT, texts: 0, fresh: 0, done: true }, undefined],
])('a report is said in words: %#', (report, words) => {
  expect(describeReport(report)).toBe(words)
})
