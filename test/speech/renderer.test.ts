import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeWaveToFloat32Channels, encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import type { Voice } from '../../src/routing/types.js'
import { Renderer } from '../../src/speech/renderer.js'
import { isAlive } from '../support/child.js'
import { until } from '../support/until.js'

const folder = mkdtempSync(join(tmpdir(), 'doorman-renderer-'))
const renderer = new Renderer()
afterAll(() => {
  renderer.stop()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]))

/** A second of a tone, in stereo, at 22.05 kHz. */
const tone = new Float32Array(22_050).map((_, at) => 0.5 * Math.sin((2 * Math.PI * 600 * at) / 22_050))
const TONE = encodeWaveFromFloat32Channels([tone, tone], 22_050)
const sample = join(folder, 'tone.wav')
writeFileSync(sample, TONE)

let files = 0
/** Renders a text, and gives the file. */
async function say(voice: Voice, text = 'Hello.', { with: own = renderer, isBuiltIn = false } = {}) {
  const file = join(folder, `${files++}.wav`)
  const speaker = { voice, isBuiltIn, name: 'the engine' }
  const bytes = await own.render({ source: { speaker, text }, file })
  return { file, bytes, ...decodeWaveToFloat32Channels(readFileSync(file)) }
}

const shell = (script: string): Voice => ({ command: ['sh', '-c', script] })

describe('the flite that comes with Doorman', () => {
  const flite = (parts: object = {}): Voice => ({ engine: 'flite', voice: 'slt', speed: 1, ...parts })
  const seconds = async (voice: Voice, text?: string) =>
    (await say(voice, text, { isBuiltIn: true })).bytes / 16_000

  test('speaks, into a file as Asterisk plays it', async () => {
    const { file, bytes, sampleRate, audioChannels } = await say(flite(), 'Welcome back, Mr. Smith.', {
      isBuiltIn: true,
    })
    expect({ sampleRate, channels: audioChannels.length }).toEqual({ sampleRate: 8_000, channels: 1 })
    const header = readFileSync(file)
    expect(header.length).toBe(bytes)
    // Format 1, one channel, 16 bits: the only ones that format_wav opens.
    expect([20, 22, 34].map((at) => header.readUInt16LE(at))).toEqual([1, 1, 16])
    expect(bytes / 16_000).toBeGreaterThan(1)
    expect(bytes / 16_000).toBeLessThan(4)
  })

  test('says all of a text, at the speed that is asked for', async () => {
    const [short, long, fast] = [
      await seconds(flite(), 'Hello.'),
      await seconds(flite(), 'Hello. This is a second sentence, and it is -o f.wav; rather long.'),
      await seconds(
        flite({ speed: 2 }),
        'Hello. This is a second sentence, and it is -o f.wav; rather long.',
      ),
    ]
    expect(long).toBeGreaterThan(3 * short)
    expect(long / fast).toBeCloseTo(2, 0)
  })

  test('reads names that are not English without their accents', async () => {
    expect(await seconds(flite(), 'Jürgen Müller')).toBe(await seconds(flite(), 'Jurgen Muller'))
    await expect(seconds(flite(), '日本')).rejects.toThrow('it says English letters only')
  })
})

describe('a command', () => {
  test('gets the text on standard input and as nothing else', async () => {
    const text = 'It\'s $(touch x) `touch y`; "rm" & | > z'
    const out = join(folder, 'said')
    const { audioChannels, sampleRate } = await say(shell(`cat > ${out}; cat ${sample}`), text)
    expect(readFileSync(out, 'utf8')).toBe(text)
    expect(audioChannels).toHaveLength(1)
    expect((audioChannels[0]?.length ?? 0) / sampleRate).toBeCloseTo(1.06, 1)
  })

  /** SCHED_OTHER is 0 and SCHED_IDLE 5; proc(5) has the policy at place 41. */
  test.each([
    ['for a call', '10', '0'],
    ['ahead', '19', '5'],
  ] as const)(
    '%s has a low priority, limits, and none of the settings of Doorman',
    async (purpose, ...priority) => {
      process.env.DOORMAN_AMI_SECRET = 'secret'
      const own = new Renderer(purpose)
      const out = join(folder, 'env')
      const script = `(nice; cut -d ' ' -f 41 /proc/self/stat; ulimit -d; env) > ${out}; cat ${sample}`
      await say(shell(script), 'Hello.', { with: own })
      own.stop()
      delete process.env.DOORMAN_AMI_SECRET
      const [nice, policy, data, ...env] = readFileSync(out, 'utf8').split('\n')
      expect([nice, policy, data]).toEqual([...priority, String(2 ** 21)])
      expect(env.filter((line) => line.startsWith('DOORMAN_'))).toEqual([])
      expect(env.some((line) => line.startsWith('PATH='))).toBe(true)
    },
  )

  test('that hangs is ended with all that it has started, and the next text is rendered', async () => {
    const own = new Renderer('for a call', 1_000)
    const file = join(folder, 'pids')
    const hanging = say(shell(`sleep 1000 & echo $$ $! > ${file}; wait`), 'Hello.', { with: own })
    await expect(hanging).rejects.toThrow('the engine: no answer within 1000 ms')
    const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number)
    expect(pids).toHaveLength(2)
    await until(() => !pids.some(isAlive))
    await say(shell(`cat ${sample}`), 'Hello.', { with: own })
    own.stop()
  })

  test.each([
    ['exit 3', 'the engine: it ended with 3'],
    ['kill -SEGV $$', 'the engine: it ended with SIGSEGV'],
    ['echo no such voice >&2; exit 1', 'the engine: no such voice'],
    ['echo hello', 'the engine: Not a valid wave file'],
    ['head -c 44 "$0"', 'the engine: there is nothing to hear'],
    ['head -c 40000000 /dev/zero', 'the engine: it gave more than 30000000 bytes'],
  ])('that fails is told by its reason: %s', async (script, reason) => {
    const command = ['sh', '-c', script, sample]
    await expect(say({ command })).rejects.toThrow(reason)
    expect(existsSync(join(folder, `${files - 1}.wav`))).toBe(false)
  })

  test('that is not there is told by its name', async () => {
    await expect(say({ command: ['no-such-engine'] })).rejects.toThrow(/no-such-engine/)
  })
})

describe('a server', () => {
  test('is asked as the one of OpenAI is, and refused as soon as it answers anything but sound', async () => {
    const asked: unknown[] = []
    let [status, answer] = [200, Buffer.from(TONE)]
    const server = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      asked.push([request.method, request.url, JSON.parse(Buffer.concat(parts).toString())])
      response.writeHead(status, { 'content-type': 'audio/wav' }).end(answer)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const voice: Voice = { url: `http://${host}/v1/audio/speech`, voice: 'alloy', model: 'tts-1', speed: 1.2 }
    try {
      expect((await say(voice, 'Welcome.')).bytes / 16_000).toBeCloseTo(1.06, 1)
      const json = { input: 'Welcome.', model: 'tts-1', voice: 'alloy', speed: 1.2, response_format: 'wav' }
      expect(asked).toEqual([['POST', '/v1/audio/speech', json]])
      status = 401
      await expect(say(voice)).rejects.toThrow(/answered 401$/)
      ;[status, answer] = [200, Buffer.from('{}')]
      await expect(say(voice)).rejects.toThrow('Not a valid wave file')
    } finally {
      server.close()
    }
  })
})

test('a recording becomes a file as Asterisk plays it, also one in shared memory', async () => {
  const wav = new Uint8Array(TONE)
  const file = join(folder, 'recording.wav')
  const bytes = await renderer.render({ source: { wav }, file })
  expect(decodeWaveToFloat32Channels(readFileSync(file)).sampleRate).toBe(8_000)
  expect(bytes / 16_000).toBeCloseTo(1.06, 1)
})

test('a folder that is missing is told by its name', async () => {
  const missing = join(folder, 'missing')
  const job = { source: { wav: TONE }, file: join(missing, 'x.wav') }
  await expect(renderer.render(job)).rejects.toThrow(`${missing}: ENOENT: no such file or directory`)
})

test('a process that was killed is followed by another', async () => {
  const own = new Renderer()
  const killed = say(shell('kill -KILL $PPID; sleep 5'), 'Hello.', { with: own })
  await expect(killed).rejects.toThrow('the engine: the process that renders has ended')
  await say(shell(`cat ${sample}`), 'Hello.', { with: own })
  own.stop()
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
})
