import { execFileSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { SipUserAgent } from '../../src/testcall/user-agent.js'
import { type Asterisk, startAsterisk } from './asterisk.js'
import {
  ADDRESS_OF,
  type CallOptions,
  type PlacedCall,
  placeCall,
  type RawInvite,
  rawInvite,
  runCall,
} from './calls.js'
import { decodeState } from './channel-state.js'
import { DOORMAN, launchDoorman, type RunningDoorman, settingsFor, startDoorman } from './doorman.js'
import { type FlowFiles, flowFolder } from './flow-folder.js'
import { repositoryFolder } from './lab-folder.js'
import { type CallResult, Observer } from './observer.js'
import { asteriskRoot, RELEASES, type Release } from './roots.js'

export { RELEASES }

/** Two processes start on a busy machine. */
const START_MS = 60_000
const RESULT_MS = 5_000

export interface FixtureOptions {
  /** The flow files; the repository's own `flows` by default. */
  readonly flows?: FlowFiles
  /** Dialplan of the story, after the repository's own. */
  readonly dialplan?: string
  /** Settings of Doorman beside those that lead to this Asterisk and these flow files. */
  readonly settings?: Readonly<Record<string, string>>
  /** Text put behind a file of Asterisk's configuration, by its name. */
  readonly overrides?: Readonly<Record<string, string>>
  /** Changes what `doorman dialplan` generates. */
  readonly editDialplan?: (text: string) => string
  /** False where the stories start Doorman themselves. */
  readonly withDoorman?: boolean
  /** False under load, where an AMI event for every step of every call would be most of the load. */
  readonly withObserver?: boolean
}

/** What the PBX and Doorman say of a call. */
export interface SeenCall {
  readonly result: CallResult
  /** The state on the channel, from the PBX. */
  readonly state: unknown
  readonly record: DecisionRecord
}

interface Parts {
  readonly asterisk: Asterisk
  readonly observer: Observer
  readonly doorman: RunningDoorman | undefined
}

/** Sets Asterisk, an observer and Doorman up for the tests of this `describe`, and clears up after them. */
export function pbxFixture(release: Release, options: FixtureOptions = {}): Fixture {
  const folder = options.flows === undefined ? undefined : flowFolder(options.flows)
  const fixture = new Fixture(folder?.path ?? join(repositoryFolder(), 'flows'), options)
  beforeAll(() => fixture.start(release, options), START_MS)
  afterAll(async () => {
    await fixture.stop()
    folder?.remove()
  })
  return fixture
}

/** What a story needs. Everything in it is there from the first test to the last. */
export class Fixture {
  #parts: Parts | undefined
  readonly #instances: RunningDoorman[] = []
  readonly #settings: Readonly<Record<string, string>>

  /** @param flows the folder of the flow files */
  constructor(
    readonly flows: string,
    { settings }: FixtureOptions,
  ) {
    this.#settings = { DOORMAN_FLOWS: flows, ...settings }
  }

  get asterisk(): Asterisk {
    return this.#started.asterisk
  }

  get observer(): Observer {
    return this.#started.observer
  }

  get doorman(): RunningDoorman {
    const { doorman } = this.#started
    if (doorman === undefined) throw new Error('The stories of this fixture start Doorman themselves.')
    return doorman
  }

  async start(release: Release, options: FixtureOptions): Promise<void> {
    this.#parts = await start(release, this.flows, options)
  }

  async stop(): Promise<void> {
    await this.#parts?.doorman?.stop()
    await this.stopInstances()
    this.#parts?.observer.close()
    await this.#parts?.asterisk.stop()
  }

  /** Starts a Doorman of the story's own, and resolves when it is connected. */
  async startInstance(settings: Readonly<Record<string, string>> = {}): Promise<RunningDoorman> {
    const doorman = await startDoorman(this.asterisk, { ...this.#settings, ...settings })
    this.#instances.push(doorman)
    return doorman
  }

  /** The same without waiting for anything. */
  launchInstance(settings: Readonly<Record<string, string>> = {}): RunningDoorman {
    const doorman = launchDoorman({ ...settingsFor(this.asterisk), ...this.#settings, ...settings })
    this.#instances.push(doorman)
    return doorman
  }

  /** Stops the story's own, as the end of the last test does. */
  async stopInstances(): Promise<void> {
    for (const doorman of this.#instances.splice(0)) {
      doorman.signal('SIGCONT')
      await doorman.stop()
    }
  }

  /** Writes a flow file as a careful editor does: whole, under its name in one step. */
  put(name: string, text: string): void {
    const beside = join(this.flows, `.${name}.new`)
    writeFileSync(beside, text)
    renameSync(beside, join(this.flows, name))
  }

  /** After a restart of Asterisk. */
  async reopenObserver(): Promise<void> {
    this.observer.close()
    this.#parts = { ...this.#started, observer: await Observer.open(this.asterisk.observer) }
  }

  /** Places a call, and says what its caller saw and which flow it reached by the PBX's account. */
  async place(options: CallOptions): Promise<{ readonly placed: PlacedCall; readonly result: CallResult }> {
    const placed = await placeCall(this.asterisk, options)
    return { placed, result: await this.observer.result(placed.callId, RESULT_MS) }
  }

  /** The same for a call that Doorman decides, with its record. */
  readonly call = async (options: CallOptions): Promise<SeenCall & { readonly placed: PlacedCall }> => {
    const { placed, result } = await this.place(options)
    const record = await this.doorman.record(placed.callId)
    return { placed, result, record, state: await stateOf(result) }
  }

  /** The same for an INVITE in bytes, from carrier-a, that its flow refuses; with the status of its final answer. */
  readonly raw = async (invite: RawInvite): Promise<SeenCall & { readonly status: number | undefined }> => {
    const agent = await SipUserAgent.open(`127.0.0.1:${this.asterisk.ports.sip}`, ADDRESS_OF['carrier-a'])
    const call = agent.call({ from: '', to: '', invite: (ids) => rawInvite(invite, ids) })
    const { answer } = await runCall(call, {}).finally(() => agent.close())
    await this.observer.ended(call.callId, RESULT_MS)
    const result = await this.observer.result(call.callId, 0)
    const record = await this.doorman.record(call.callId)
    return { status: answer?.status, result, record, state: await stateOf(result) }
  }

  get #started(): Parts {
    if (this.#parts === undefined) throw new Error('The fixture starts before the first test, not earlier.')
    return this.#parts
  }
}

async function start(release: Release, flows: string, options: FixtureOptions): Promise<Parts> {
  const install = await asteriskRoot(release, (line) => void process.stderr.write(`${line}\n`))
  const { editDialplan = (text: string) => text } = options
  const generatedDialplan = editDialplan(generated(flows, options.settings))
  const asterisk = await startAsterisk(install, {
    ...{ generatedDialplan, extraDialplan: options.dialplan ?? '', isQuiet: options.withObserver === false },
    overrides: options.overrides ?? {},
  })
  try {
    const observer = await Observer.open(asterisk.observer)
    if (options.withObserver === false) observer.close()
    const isAlone = options.withDoorman === false
    const settings = { DOORMAN_FLOWS: flows, ...options.settings }
    const doorman = isAlone ? undefined : await startDoorman(asterisk, settings)
    return { asterisk, observer, doorman }
  } catch (error) {
    await asterisk.stop()
    throw error
  }
}

/** The three contexts, as an admin gets them. */
function generated(flows: string, settings: FixtureOptions['settings'] = {}): string {
  const [node = '', ...args] = DOORMAN
  const env = { PATH: process.env.PATH ?? '', ...settings }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' })
}

/** The state as the PBX said it was set; also of a call that is over. */
export function stateOf({ variables }: CallResult): Promise<unknown> {
  return decodeState((name) => variables[name] ?? '')
}

/** The context of a flow that shows the dialplan's view of the call, answers, and waits for the caller to hang up. */
export function showing(context: string, expression: string, extension = 's'): string {
  const steps = [`exten => ${extension},1,NoOp(${expression})`, ' same => n,Answer()', ' same => n,Wait(5)']
  return [`[${context}]`, ...steps, ''].join('\n')
}

/** The same for `raw` calls: it is over without an answer. */
export function refusing(context: string, ...expressions: readonly string[]): string {
  const shown = expressions.map((expression) => ` same => n,NoOp(${expression})`)
  const steps = ['exten => s,1,NoOp()', ...shown, ' same => n,Wait(0.3)', ' same => n,Hangup(17)']
  return [`[${context}]`, ...steps, ''].join('\n')
}
