import { execFileSync } from 'node:child_process'
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
import { DOORMAN, type RunningDoorman, startDoorman } from './doorman.js'
import { type FlowFiles, type FlowFolder, flowFolder } from './flow-folder.js'
import { repositoryFolder } from './lab-folder.js'
import { type Landing, Observer } from './observer.js'
import { asteriskRoot, RELEASES, type Release } from './roots.js'

export { RELEASES }

/** Two processes start on a busy machine. */
const START_MS = 60_000
const LANDING_MS = 5_000

export interface SceneOptions {
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
  readonly withWitness?: boolean
}

/** What the PBX and Doorman say of a call. */
export interface SeenCall {
  readonly landing: Landing
  /** The state on the channel, from the PBX. */
  readonly state: unknown
  readonly record: DecisionRecord
}

/** What a story plays on. Everything in it is there from the first test to the last. */
export interface Scene {
  readonly asterisk: Asterisk
  readonly witness: Observer
  /** After a restart of Asterisk. */
  reopenWitness(): Promise<void>
  readonly doorman: RunningDoorman
  /** The folder of the flow files. */
  readonly flows: string
  /** Places a call and tells where the PBX says it landed, with Doorman's record of it. */
  call(options: CallOptions): Promise<SeenCall & { readonly result: PlacedCall }>
  /** The same for an INVITE in bytes, from carrier-a, that its flow refuses; with the status of its final answer. */
  raw(invite: RawInvite): Promise<SeenCall & { readonly status: number | undefined }>
  /** The same for a call of which Doorman may know nothing. */
  landing(options: CallOptions): Promise<{ readonly result: PlacedCall; readonly landing: Landing }>
}

interface Parts {
  readonly asterisk: Asterisk
  witness: Observer
  readonly doorman: RunningDoorman | undefined
}

/** Sets a private Asterisk, a witness and a Doorman up for the tests of this `describe`, and clears up after them. */
export function scene(release: Release, options: SceneOptions = {}): Scene {
  const folder = folderOf(options.flows)
  let parts: Parts | undefined
  beforeAll(async () => {
    parts = await raise(release, folder.path, options)
  }, START_MS)
  afterAll(async () => {
    await parts?.doorman?.stop()
    parts?.witness.close()
    await parts?.asterisk.stop()
    folder.remove()
  })
  return played(folder.path, () => {
    if (parts === undefined) throw new Error('The scene is set before the first test, not earlier.')
    return parts
  })
}

function folderOf(files: FlowFiles | undefined): FlowFolder {
  if (files !== undefined) return flowFolder(files)
  return { path: join(repositoryFolder(), 'flows'), remove: () => undefined }
}

async function raise(release: Release, flows: string, options: SceneOptions): Promise<Parts> {
  const install = await asteriskRoot(release, (line) => void process.stderr.write(`${line}\n`))
  const { editDialplan = (text: string) => text } = options
  const generatedDialplan = editDialplan(generated(flows, options.settings))
  const asterisk = await startAsterisk(install, {
    ...{ generatedDialplan, extraDialplan: options.dialplan ?? '', isQuiet: options.withWitness === false },
    overrides: options.overrides ?? {},
  })
  try {
    const witness = await Observer.open(asterisk.observer)
    if (options.withWitness === false) witness.close()
    const isAlone = options.withDoorman === false
    const settings = { DOORMAN_FLOWS: flows, ...options.settings }
    const doorman = isAlone ? undefined : await startDoorman(asterisk, settings)
    return { asterisk, witness, doorman }
  } catch (error) {
    await asterisk.stop()
    throw error
  }
}

/** The three contexts, as an admin gets them. */
function generated(flows: string, settings: SceneOptions['settings'] = {}): string {
  const [node = '', ...args] = DOORMAN
  const env = { PATH: process.env.PATH ?? '', ...settings }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env, stdio: 'pipe' })
}

function played(flows: string, there: () => Parts): Scene {
  const landing: Scene['landing'] = async (options) => {
    const { asterisk, witness } = there()
    const result = await placeCall(asterisk, options)
    return { result, landing: await witness.landing(result.callId, LANDING_MS) }
  }
  const scene: Scene = {
    flows,
    landing,
    get asterisk() {
      return there().asterisk
    },
    get witness() {
      return there().witness
    },
    async reopenWitness() {
      there().witness.close()
      there().witness = await Observer.open(there().asterisk.observer)
    },
    get doorman() {
      const { doorman } = there()
      if (doorman === undefined) throw new Error('The stories of this scene start Doorman themselves.')
      return doorman
    },
    async call(options) {
      const seen = await landing(options)
      const record = await scene.doorman.record(seen.result.callId)
      return { ...seen, record, state: await stateOf(seen.landing) }
    },
    async raw(invite) {
      const { asterisk, witness, doorman } = scene
      const agent = await SipUserAgent.open(`127.0.0.1:${asterisk.ports.sip}`, ADDRESS_OF['carrier-a'])
      const call = agent.call({ from: '', to: '', invite: (ids) => rawInvite(invite, ids) })
      const { answer } = await runCall(call, {}).finally(() => agent.close())
      await witness.ended(call.callId, LANDING_MS)
      const landing = await witness.landing(call.callId, 0)
      const record = await doorman.record(call.callId)
      return { status: answer?.status, landing, record, state: await stateOf(landing) }
    },
  }
  return scene
}

/** The state as the PBX said it was set; also of a call that is over. */
export function stateOf({ variables }: Landing): Promise<unknown> {
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
