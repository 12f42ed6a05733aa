/**
 * What greetings cost, each in turns with the same calls without them, on one Asterisk and one Doorman. Exit code 1
 * beyond a promise:
 *
 *     npm run bench:greetings               10,000 names, about 30 minutes; writes test/bench/GREETINGS.md
 *     npm run bench:greetings -- 600 5      so many names, and turns of so many seconds
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askInstance, findInstance, sendCommand } from '../../src/control/client.js'
import { findSpeaker, nameOfText, spokenText } from '../../src/speech/renderer.js'
import { RtpStream } from '../../src/testcall/rtp.js'
import { ADDRESS_OF, Load, runCall, userAgent } from '../support/calls.js'
import { settingsFor } from '../support/doorman.js'
import { findSound, readSound } from '../support/hearing.js'
import { Lab } from '../support/lab.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { writtenBy } from '../support/written-by.js'
import { median, rounded, spreadOf } from './percentile.js'
import { cpuMs } from './process-cost.js'

const [NAMES = 10_000, SECONDS = 10] = process.argv.slice(2).map(Number)
const [BESIDE_PER_SECOND, PER_SECOND, PAIRS, TURNS] = [50, 100, 10 * SECONDS, 3]
const [SILENT, BY_FLOW, BY_DOORMAN] = ['+15557650001', '+15557650002', '+15557650003']
const STRANGER = '+15559990000'
const say = (line: string) => void process.stderr.write(`${line}\n`)

/** Names of four words. Callers are the first hundred, whose first two words differ. */
const WORDS = ['Alfa', 'Bravo', 'Delta', 'Echo', 'Foxtrot', 'Golf', 'Hotel', 'India', 'Kilo', 'Zulu']
const nameOf = (at: number) => [1, 10, 100, 1_000].map((by) => WORDS[Math.floor(at / by) % 10]).join(' ')
const textOf = (at: number) => `${nameOf(at)}, welcome back.`
const numberOf = (at: number) => `+1555${1_000_000 + at}`
const VOICE = { engine: 'flite', voice: 'slt', speed: 1 } as const

const greet = ', greet: "{caller.name|dear customer}, welcome back."'
const routing = (greeted: string, byFlow: string) => `
trunks: { carrier-a: { trust: [caller_number] } }
vip: { files: [vips.csv] }
voice: { engine: flite }
flows: { main: { context: bench-main }, plays: { context: bench-plays } }
rules:
  - { name: By flow, when: { all: [{ vip: true }, { callee: "${BY_FLOW}" }] }, goto: plays${byFlow} }
  - { name: Silent, when: { all: [{ vip: true }, { callee: "${SILENT}" }] }, goto: main }
  - { name: Greeted, when: { all: [{ vip: true }, { callee: "${BY_DOORMAN}" }] }, goto: main${greeted} }
otherwise: main
`
const rows = Array.from({ length: NAMES - 1 }, (_, at) => `${numberOf(at)},${nameOf(at)}\n`)
const lab = await Lab.start(await asteriskRoot('forky', say), {
  flows: { 'routing.yaml': routing('', ''), 'vips.csv': `number,name\n${rows.join('')}` },
  dialplan: `[bench-main]\nexten => s,1,Answer()\n same => n,Wait(5)
[bench-plays]\nexten => s,1,Answer()\n same => n,Playback(\${DOORMAN_GREETING})\n same => n,Wait(5)\n`,
  ...{ settings: { DOORMAN_RELOAD: 'manual' }, isQuiet: true },
})
const doorman = await lab.startDoorman()
const data = settingsFor(lab.asterisk).DOORMAN_DATA ?? ''
const address = await findInstance(data)
const agent = await userAgent(lab.asterisk, 'carrier-a')

/** Places one call with sound, and says what its caller heard. */
async function hear(to: string, at: number, hold_ms: number) {
  const media = await RtpStream.open(ADDRESS_OF['carrier-a'] ?? '', [0])
  const call = agent.call({ from: numberOf(at), to, media })
  const { answer, hungUpBy, sentAt } = await runCall(call, { hold_ms }).finally(() => media.close())
  const isLost = answer?.status !== 200 || hungUpBy !== 'caller'
  const [wait, audio] = [(answer?.at ?? 0) - (sentAt[0] ?? 0), (media.firstAt ?? 0) - (answer?.at ?? 0)]
  return { at, isLost, wait, audio, samples: media.withoutPauses }
}

/** Sends a signal to the processes that render, each of which leads a group. */
function signalSpeech(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const isSpeech = (pid: string) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'doorman-speech\n'
  const children = readdirSync(`/proc/${doorman.pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${doorman.pid}/task/${thread}/children`, 'utf8').split(' '),
  )
  for (const pid of children.filter(Boolean).filter(isSpeech)) process.kill(-Number(pid), signal)
}

/** Calls of strangers, who hear nothing, while names are rendered, and while what renders them is stopped. */
async function beside() {
  const calls = async (seconds: number) => {
    const place = () => runCall(agent.call({ from: STRANGER, to: SILENT }), { hold_ms: 150 })
    const all = await new Load(place, BESIDE_PER_SECOND, BESIDE_PER_SECOND * seconds).start()
    return all.map(({ answer }) => (answer?.status === 200 ? answer.ms : Number.POSITIVE_INFINITY))
  }
  const p99s = { rendering: [] as number[], stopped: [] as number[] }
  let lost = 0
  await calls(SECONDS)
  lab.put('routing.yaml', routing(greet, `${greet}, play: flow`))
  await sendCommand(address, '/reload', { way: 'command', allowMissingContexts: true })
  await sleep(1_000)
  for (
    let report = await askInstance(address, '/greetings');
    !report.done;
    report = await askInstance(address, '/greetings')
  ) {
    for (const which of ['rendering', 'stopped'] as const) {
      signalSpeech(which === 'stopped' ? 'SIGSTOP' : 'SIGCONT')
      const waits = await calls(SECONDS)
      lost += waits.filter((ms) => ms === Number.POSITIVE_INFINITY).length
      p99s[which].push(spreadOf(waits).p99)
    }
    signalSpeech('SIGCONT')
    say(`${report.rendered} of ${report.fresh} names are rendered.`)
  }
  const [rendering, stopped] = [median(p99s.rendering), median(p99s.stopped)]
  return {
    report: await askInstance(address, '/greetings'),
    rendering,
    stopped,
    lost,
    ratio: rendering / stopped,
  }
}

/** From the answer to the first audio: Doorman's dialplan and a plain Playback() of the same file in turns. */
async function firstAudio() {
  const audio = { greeting: [] as number[], plain: [] as number[] }
  for (let at = 0; at < PAIRS; at++) {
    audio.greeting.push((await hear(BY_DOORMAN, at % 100, 100)).audio)
    audio.plain.push((await hear(BY_FLOW, at % 100, 100)).audio)
  }
  return { greeting: spreadOf(audio.greeting), plain: spreadOf(audio.plain) }
}

/** Samples by which a name is told from all others: 0.8 s. */
const TOLD = 6_400
const SAME = 0.95

/** Calls that all have a greeting, and calls without, in turns. */
async function underLoad() {
  const speaker = await findSpeaker(VOICE)
  const folder = join(lab.asterisk.folder, 'greetings')
  const soundOf = (at: number) =>
    readSound(join(folder, `${nameOfText(speaker, spokenText(textOf(at)))}.wav`))
  const [cpu, lost] = [
    { greeted: 0, silent: 0 },
    { greeted: 0, silent: 0 },
  ]
  let wrong = 0
  for (let turn = 0; turn < TURNS * 2; turn++) {
    const which = turn % 2 === 0 ? 'silent' : 'greeted'
    const to = which === 'greeted' ? BY_DOORMAN : SILENT
    const before = cpuMs(doorman.pid)
    const calls = await new Load((at) => hear(to, at % 100, 1_200), PER_SECOND, PER_SECOND * SECONDS).start()
    cpu[which] += (cpuMs(doorman.pid) - before) / calls.length / TURNS
    lost[which] += calls.filter(({ isLost }) => isLost).length
    const told = (call: (typeof calls)[number]) => findSound(call.samples, soundOf(call.at).subarray(0, TOLD))
    if (which === 'greeted')
      wrong += calls.filter((call) => !call.isLost && told(call).likeness < SAME).length
    say(`${calls.length} calls, ${which}: ${lost[which]} lost and ${wrong} with a wrong name so far.`)
  }
  return { cpu, lost: lost.greeted + lost.silent, wrong, ratio: cpu.greeted / cpu.silent }
}

const ms = (value: number) => `${value.toFixed(2)} ms`
const row = (what: string, reached: string, wanted: string, isMet: boolean) => ({
  what,
  reached,
  wanted,
  isMet,
})
try {
  const [rendered, audio, load] = [await beside(), await firstAudio(), await underLoad()]
  const { report, rendering, stopped } = rendered
  const audioRatio = audio.greeting.p50 / audio.plain.p50
  const all = [
    row(
      'p99 of calls at 50/s while names are rendered, to while none are (medians of the turns)',
      `${rounded(rendered.ratio, 2)} (${ms(rendering)}, ${ms(stopped)})`,
      'at most 1.2',
      rendered.ratio <= 1.2,
    ),
    row(
      'calls lost meanwhile, names that failed',
      `${rendered.lost}, ${report.failed}`,
      'none',
      rendered.lost + report.failed === 0,
    ),
    row(
      'first audio behind the answer, p50 and p90',
      `${ms(audio.greeting.p50)}, ${ms(audio.greeting.p90)}`,
      'at most 40 ms',
      audio.greeting.p90 <= 40,
    ),
    row(
      'the same, to a plain Playback()',
      `${rounded(audioRatio, 2)} (${ms(audio.plain.p50)})`,
      'at most 1.5',
      audioRatio <= 1.5,
    ),
    row('calls lost at 100/s, all with greetings', String(load.lost), 'none', load.lost === 0),
    row('of them with a wrong name, or none', String(load.wrong), 'none', load.wrong === 0),
    row(
      "Doorman's CPU per call, to calls without greetings",
      `${rounded(load.ratio, 2)} (${ms(load.cpu.greeted)}, ${ms(load.cpu.silent)})`,
      'at most 1.2',
      load.ratio <= 1.2,
    ),
  ]
  const lines = [
    '# Greetings beside calls',
    '',
    writtenBy('npm run bench:greetings'),
    '',
    `${report.rendered} names by the built-in or installed flite, beside calls for ${Math.round(report.ms / 1_000)} s, the half of it stopped; turns`,
    `of ${SECONDS} s in one run. The caller decodes what it hears, and compares the beginning with the file of its own name.`,
    '',
    '| what | reached | wanted | met |',
    '| --- | --- | --- | --- |',
    ...all.map(
      ({ what, reached, wanted, isMet }) =>
        `| ${what} | ${reached} | ${wanted} | ${isMet ? 'yes' : '**no**'} |`,
    ),
    '',
  ]
  if (process.argv.length === 2)
    writeFileSync(join(repositoryFolder(), 'test/bench/GREETINGS.md'), lines.join('\n'))
  say(lines.join('\n'))
  process.exitCode = all.every(({ isMet }) => isMet) ? 0 : 1
} finally {
  agent.close()
  await lab.stop()
}
