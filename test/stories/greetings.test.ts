import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type G711, RtpStream } from '../../src/testcall/rtp.js'
import { doorman } from '../cli/command.js'
import { runCall, userAgent } from '../support/calls.js'
import { settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'
import { findSound, readSound } from '../support/hearing.js'
import { RENDERED_MS, until } from '../support/until.js'

const NAMES = [
  ...['Ada', 'Bob', 'Cleo', 'Dora', 'Emil', 'Fred', 'Gina', 'Hugo', 'Ines', 'Jack'],
  ...['Kate', 'Liam', 'Mona', 'Nils', 'Olga', 'Paul', 'Rosa', 'Sven', 'Tina', 'Vera'],
]
const numberOf = (at: number) => `+1555000${String(at).padStart(4, '0')}`
const VIPS = NAMES.map((name, at) => `${numberOf(at)},${name}\n`)

const ROUTING = `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
flows: { answered: { context: story-answered }, ringing: { context: story-ringing } }
rules:
  - { when: { callee: "+15557650001" }, goto: answered, greet: "Please hold the line.", play: early }
  - { when: { callee: "+15557650002" }, goto: ringing, greet: "This is the service desk.", play: flow }
  - { when: { callee: "+15557650003" }, goto: answered, greet: { recording: recorded.wav } }
  - { when: { callee: "+15557650004" }, run: code.js }
otherwise: { goto: answered, greet: "Welcome back, {caller.name|dear customer}." }
`
const CODE = 'export default (conv) => { conv.say("Good day."); conv.gotoFlow("answered") }\n'
/** What is rendered ahead: one for each VIP, the three texts without values, and the recording. */
const AHEAD = NAMES.length + 4

/** Each flow plays a sound of its own, behind whatever came before. */
const DIALPLAN = `
[story-answered]
exten => s,1,Answer()
 same => n,Playback(\${ASTDATADIR}/own)
 same => n,Hangup()
[story-ringing]
exten => s,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n,Playback(\${DOORMAN_GREETING})
 same => n,Playback(\${ASTDATADIR}/own)
 same => n,Hangup()
`

jest.setTimeout(RENDERED_MS + 10_000)

/** A tone that rises. */
const chirp = (seconds: number, from: number) =>
  Float32Array.from({ length: seconds * 8_000 }, (_, n) => 0.5 * Math.sin((from + n / 20) * n * 0.001))
const OWN = chirp(0.4, 500)
/** With silence behind it: Asterisk plays a WAV file without its last 22 samples, which are as long as its header. */
const wav = (samples: Float32Array) =>
  Buffer.from(encodeWaveFromFloat32Channels([Float32Array.from([...samples, ...Array(80).fill(0)])], 8_000))

/** A sound that went through one law of G.711 and was not changed otherwise. */
const SAME = 0.98
/** Samples of 60 ms, and those that Asterisk does not play of a WAV file. */
const SOON = 480
const CUT = 22

describe.each(RELEASES)('a greeting on Debian %s', (release) => {
  const flows = {
    ...{ 'routing.yaml': ROUTING, 'code.js': CODE, 'recorded.wav': wav(chirp(0.8, 900)) },
    'vips.csv': `number,name\n${VIPS.join('')}`,
  }
  const fixture = pbxFixture(release, { flows, dialplan: DIALPLAN })
  type Call = Awaited<ReturnType<typeof hear>>
  const calls = {} as Record<'µ-law' | 'A-law' | 'early' | 'flow' | 'recorded' | 'code', Call>
  const folder = () => join(fixture.asterisk.folder, 'greetings')
  const files = () =>
    existsSync(folder()) ? readdirSync(folder()).filter((name) => /^\w+\.wav$/.test(name)) : []

  beforeAll(async () => {
    writeFileSync(join(fixture.asterisk.folder, 'data/own.wav'), wav(OWN))
    await until(() => files().length >= AHEAD, 'the greetings are rendered', RENDERED_MS)
    const [mu, a, early, flow, recorded, code] = await Promise.all([
      hear({ laws: [0] }),
      hear({ laws: [8] }),
      ...[1, 2, 3, 4].map((last) => hear({ to: `+1555765000${last}` })),
    ])
    Object.assign(calls, { 'µ-law': mu, 'A-law': a, early, flow, recorded, code })
  })

  /** Places a call, and says what its caller saw and heard. */
  async function hear({
    to = '+15559990000',
    from = numberOf(0),
    laws = [0, 8] as readonly G711[],
    hold_ms = 20_000,
  } = {}) {
    const agent = await userAgent(fixture.asterisk, 'carrier-a')
    const media = await RtpStream.open('127.0.0.2', laws)
    const call = agent.call({ from, to, media })
    const { progress, answer, hungUpBy } = await runCall(call, { hold_ms }).finally(() => {
      agent.close()
      media.close()
    })
    const record = await fixture.doorman.record(call.callId)
    const { steps, variables } = await fixture.observer.ended(call.callId, 5_000)
    const { greeting } = record
    const file = `${greeting?.file}.wav`
    const samples = media.withoutPauses
    const sound = existsSync(file) ? readSound(file).subarray(0, -CUT) : new Float32Array(1)
    return {
      ...{ record, greeting, progress, status: answer?.status, hungUpBy, sound, samples },
      gotTo: steps.at(-1)?.context,
      playback: variables.DOORMAN_GREETING_STATUS,
      isAnsweredFirst: (media.firstAt ?? 0) >= (answer?.at ?? Number.POSITIVE_INFINITY),
      heard: findSound(samples, sound),
      own: findSound(samples, OWN),
    }
  }

  /** Whole, from its first syllable, and before the flow's own sound. */
  function expectWhole({ heard, own, sound }: Call): void {
    expect(Math.min(heard.likeness, own.likeness)).toBeGreaterThan(SAME)
    expect(own.at).toBeGreaterThanOrEqual(heard.at + sound.length)
  }

  test.each(['µ-law', 'A-law'] as const)('is heard by name before the flow, answered, in %s', (law) => {
    const call = calls[law]
    expectWhole(call)
    expect(call.heard.at).toBeLessThan(SOON)
    expect(call).toMatchObject({ progress: [], status: 200, isAnsweredFirst: true, playback: 'SUCCESS' })
    expect(call.record).toMatchObject({
      outcome: 'routed',
      greeting: { status: 'played', text: 'Welcome back, Ada.' },
    })
  })

  test('is heard early, as 183, and the flow answers', () => {
    const call = calls.early
    expectWhole(call)
    expect(call).toMatchObject({ progress: [183], status: 200, isAnsweredFirst: false, playback: 'SUCCESS' })
    expect(call.record).toMatchObject({ outcome: 'routed', greeting: { status: 'played', play: 'early' } })
  })

  test('is left to the flow, which rings before it answers', () => {
    const call = calls.flow
    expectWhole(call)
    expect(call).toMatchObject({ progress: [180], status: 200, isAnsweredFirst: true, playback: undefined })
    expect(call.record).toMatchObject({ outcome: 'routed', greeting: { status: 'played', play: 'flow' } })
  })

  test('may be a recording of the flow files', () => {
    expectWhole(calls.recorded)
    expect(calls.recorded.greeting).toMatchObject({ status: 'played', recording: 'recorded.wav' })
  })

  test('is what a code flow says; where that was never said, a little later', async () => {
    expect(['played', 'late']).toContain(calls.code.greeting?.status)
    await until(() => files().length > AHEAD, 'what was said is rendered', RENDERED_MS)
    const call = await hear({ to: '+15557650004' })
    expectWhole(call)
    expect(call.greeting).toMatchObject({ status: 'played', text: 'Good day.' })
  })

  test('names each of twenty callers who call at once', async () => {
    const all = await Promise.all(NAMES.map((_, at) => hear({ from: numberOf(at) })))
    for (const call of all) expectWhole(call)
    expect(all.map(({ greeting }) => greeting?.text)).toEqual(NAMES.map((name) => `Welcome back, ${name}.`))
    const others = all.map(({ samples }, at) => findSound(samples, all.at(at - 1)?.sound ?? OWN))
    expect(Math.max(...others.map(({ likeness }) => likeness))).toBeLessThan(SAME)
  })

  test('is recorded by doorman call, with what comes behind it', async () => {
    const file = join(fixture.asterisk.folder, 'recorded.wav')
    const args = ['--from', numberOf(1), '--to', '+15559990000', '--local', '127.0.0.2', '--record', file]
    const env = { ...settingsFor(fixture.asterisk), DOORMAN_FLOWS: fixture.lab.flows }
    const { exit, out } = await doorman(['call', ...args], env)
    expect({ exit, out }).toMatchObject({ exit: 0, out: expect.stringMatching(/^recorded +\S+, \d\.\d s$/m) })
    expect(findSound(readSound(file), OWN).likeness).toBeGreaterThan(SAME)
    const greeting = (await fixture.doorman.record(/Call-ID (\S+)/.exec(out)?.[1] ?? '')).greeting?.file
    expect(
      findSound(readSound(file), readSound(`${greeting}.wav`).subarray(0, -CUT)).likeness,
    ).toBeGreaterThan(SAME)
  })

  test('leaves nothing behind where the caller hangs up in it', async () => {
    const call = await hear({ hold_ms: 300 })
    expect(call).toMatchObject({ hungUpBy: 'caller', gotTo: 'doorman-go', playback: 'PLAYING' })
    expect(call.record.outcome).toBe('routed')
    expect(await fixture.asterisk.cli('core show channels count')).toContain('0 active channels')
  })

  test('whose file is gone, or whose folder, is left out, and the call goes on', async () => {
    for (const name of files()) rmSync(join(folder(), name))
    const fileless = await hear({})
    rmSync(folder(), { recursive: true })
    for (const call of [fileless, await hear({})]) {
      expect(call).toMatchObject({
        status: 200,
        hungUpBy: 'pbx',
        gotTo: 'story-answered',
        playback: 'FAILED',
      })
      expect(call.own.likeness).toBeGreaterThan(SAME)
      expect(call.record.outcome).toBe('routed')
    }
  })

  test('that hangs while it is rendered is left out, in time', async () => {
    fixture.lab.put('routing.yaml', `${ROUTING}\nvoice: { command: [sleep, "60"] }\n`)
    await fixture.doorman.event('reload', { ok: true })
    const call = await hear({})
    expect(call).toMatchObject({ status: 200, hungUpBy: 'pbx', gotTo: 'story-answered' })
    expect(call.record).toMatchObject({ outcome: 'routed', greeting: { status: 'late' } })
    expect(call.record.ms.total).toBeLessThan(900)
  })
})
