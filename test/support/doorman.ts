import { type ChildProcess, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import type { Asterisk } from './asterisk.js'
import { Changes } from './changes.js'
import { ended, ownEnvironment, signalGroup, startGuarded, stopGroup } from './child.js'
import { repositoryFolder } from './lab-folder.js'

/** One line of Doorman's log. */
export interface LogLine {
  readonly level: string
  readonly message: string
  readonly event?: string
  readonly [key: string]: unknown
}

/** The settings that lead to a private Asterisk. */
export function settingsFor(asterisk: Asterisk): Record<string, string> {
  return {
    DOORMAN_ARI_URL: asterisk.ari.url,
    DOORMAN_ARI_USERNAME: asterisk.ari.username,
    DOORMAN_ARI_PASSWORD: asterisk.ari.password,
    DOORMAN_AMI_HOST: asterisk.ami.host,
    DOORMAN_AMI_PORT: String(asterisk.ami.port),
    DOORMAN_AMI_USERNAME: asterisk.ami.username,
    DOORMAN_AMI_SECRET: asterisk.ami.secret,
    DOORMAN_SIP_TARGET: `127.0.0.1:${asterisk.ports.sip}`,
    DOORMAN_DATA: join(asterisk.folder, 'doorman-data'),
    DOORMAN_GREETINGS: join(asterisk.folder, 'greetings'),
    DOORMAN_CONTROL_PORT: '0',
  }
}

/** The command line of the `doorman` that was compiled together with this file. */
export const DOORMAN = [process.execPath, join(import.meta.dirname, '../../src/cli/doorman.js')] as const

/**
 * Starts `doorman run` without waiting for anything.
 * @param through a command that runs the one behind it, for other surroundings than ours
 */
export function launchDoorman(
  settings: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): RunningDoorman {
  const env = { ...ownEnvironment(), ...settings }
  const child = startGuarded([...through, ...DOORMAN, 'run'], {
    env,
    cwd: repositoryFolder(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new RunningDoorman(child)
}

/** The dialplan as an admin gets it from `doorman dialplan`, or from another command line. */
export function generatedDialplan(
  flows: string,
  settings: Readonly<Record<string, string>> = {},
  [node = '', ...args]: readonly string[] = DOORMAN,
): string {
  const env = { ...ownEnvironment(), ...settings }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' })
}

/** A Doorman that runs as its users run it: `doorman run` in a process of its own. */
export class RunningDoorman {
  /** Every line so far. */
  readonly lines: LogLine[] = []
  /** What was no JSON line, stderr included. */
  noise = ''
  #rest = ''
  readonly #changes = new Changes<LogLine>()

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.noise += text
    })
  }

  get pid(): number {
    return this.child.pid ?? -1
  }

  /** Resolves with the first line, past or to come, for which `test` is true. */
  line(what: string, test: (line: LogLine) => boolean, limitMs = 5_000): Promise<LogLine> {
    const failure = () => `No line "${what}" within ${limitMs} ms. Its log so far:\n${this.#tail()}`
    const look = (line: LogLine) => (test(line) ? line : undefined)
    return this.#changes.first(this.lines, look, { ms: limitMs, failure })
  }

  /**
   * The first line with this event and these values.
   * @param from passes over so many lines from the beginning of the log
   */
  event(event: string, values: object = {}, { limitMs = 5_000, from = 0 } = {}): Promise<LogLine> {
    const wanted = Object.entries({ event, ...values })
    const isIt = (line: LogLine) =>
      wanted.every(([key, value]) => line[key] === value) && this.lines.indexOf(line) >= from
    return this.line(JSON.stringify({ event, ...values }), isIt, limitMs)
  }

  /** Resolves when ARI and AMI are connected; with `from`, again. */
  async connected({ limitMs = 20_000, from = 0 } = {}): Promise<void> {
    const both = ['ARI', 'AMI'].map((connection) =>
      this.event('connection_up', { connection }, { limitMs, from }),
    )
    await Promise.all(both)
  }

  /** The decision record of the call with this SIP Call-ID. */
  async record(sipCallId: string, limitMs = 5_000): Promise<DecisionRecord> {
    return (await this.event('decision', { sipCallId }, { limitMs })) as unknown as DecisionRecord
  }

  /** Its decision records so far. */
  get records(): readonly DecisionRecord[] {
    return this.lines.filter(({ event }) => event === 'decision') as unknown as DecisionRecord[]
  }

  /** Those of one call, as soon as there are so many: a record is written after its call has left. */
  async decisions(sipCallId: string, count: number): Promise<readonly DecisionRecord[]> {
    const records = () => this.records.filter((record) => record.sipCallId === sipCallId)
    await this.line(`${count} decisions`, () => records().length >= count)
    return records()
  }

  signal(signal: NodeJS.Signals): void {
    signalGroup(this.child, signal)
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | undefined> {
    await stopGroup(this.child, 5_000)
    return this.child.exitCode ?? undefined
  }

  /** The exit code of one that was told to stop: while Node exits, a further signal would kill it. */
  async exit(): Promise<number | undefined> {
    await ended(this.child, 5_000)
    return this.stop()
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#keep(line)
  }

  #keep(text: string): void {
    let line: LogLine
    try {
      line = JSON.parse(text) as LogLine
    } catch {
      this.noise += `${text}\n`
      return
    }
    this.lines.push(line)
    this.#changes.changed(line)
  }

  #tail(): string {
    return [...this.lines.slice(-20).map((line) => JSON.stringify(line)), this.noise].join('\n')
  }
}

export interface View {
  readonly status: number
  readonly text: string
}

/** What the Doorman beside this Asterisk answers without a token. Rejects where nothing listens. */
export async function view(asterisk: Asterisk, path: '/metrics' | '/ready' | '/live'): Promise<View> {
  const file = join(asterisk.folder, 'doorman-data/control.json')
  const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url: string }
  const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(2_000) })
  return { status: response.status, text: await response.text() }
}
