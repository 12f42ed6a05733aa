import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { RtpStream } from '../../src/testcall/rtp.js'
import type { Asterisk } from '../support/asterisk.js'
import { ADDRESS_OF, placeCall } from '../support/calls.js'
import { decodeState } from '../support/channel-state.js'
import type { DatabaseServer } from '../support/database-servers.js'
import type { RunningDoorman } from '../support/doorman.js'
import { findSound, readSound, writeSound } from '../support/hearing.js'
import { repositoryFolder } from '../support/lab-folder.js'
import type { Observer } from '../support/observer.js'

/** One call of the demo, and what must become of it. */
export interface DemoCall {
  /** What the call shows, in a few words. */
  readonly title: string
  readonly from: string
  readonly to: string
  readonly trunk: 'carrier-a' | 'carrier-b'
  /** What the caller sends beside the usual headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly expected: {
    /** The dialplan context of the flow. */
    readonly context: string
    readonly rule: string
    /** The greeting that the caller hears. */
    readonly heard: string
    /** What the state must hold, among other things; `null` for what it must not hold. */
    readonly state: Readonly<Record<string, unknown>>
  }
}

/** What became of a call. */
export interface Result {
  readonly call: DemoCall
  /** What the PBX says; undefined where the call reached no flow. */
  readonly reached: { readonly context: string; readonly rule: string; readonly state: unknown } | undefined
  /** The greeting that the caller heard, recognised by its sound; undefined where there was none. */
  readonly heard?: string | undefined
  /** The headers that the caller sent and that are untrusted, by Doorman's decision record. */
  readonly hearsay: readonly string[]
  /** Why the call reached no flow. */
  readonly error: string | undefined
}

/** Both sides, and the PBX's own account of its calls. */
export interface Demo {
  readonly asterisk: Asterisk
  readonly observer: Observer
  readonly doorman: RunningDoorman
  /** The database, where the demo has one. */
  readonly customers: DatabaseServer | undefined
  /** The folder of the flow files. */
  readonly flows: string
  /** Where the web console is, and what signs in to it. */
  readonly console: { readonly url: string; readonly token: string }
}

/** In the order of the table. */
export const CALLS = parse(
  readFileSync(join(repositoryFolder(), 'test/demo/calls.yaml'), 'utf8'),
) as readonly DemoCall[]

/** Places a call and says where the PBX put it. Never rejects. */
export async function place(
  call: DemoCall,
  { asterisk, observer, doorman }: Demo,
  file: string,
): Promise<Result> {
  const names = Object.keys(call.headers)
  const media = await RtpStream.open(ADDRESS_OF[call.trunk] ?? '127.0.0.1')
  try {
    const options = { from: call.from, to: call.to, trunk: call.trunk, headers: Object.entries(call.headers) }
    const { callId } = await placeCall(asterisk, { ...options, media, hold_ms: HEARD_MS })
    writeSound(file, media.samples)
    const { context, variables } = await observer.result(callId, 5_000)
    const state = await decodeState((name) => variables[name] ?? '')
    const record = await doorman.record(callId, 2_000).catch(() => undefined)
    const reached = { context, rule: variables.DOORMAN_RULE ?? '', state }
    const hearsay = record === undefined ? [] : hearsayIn(record, names)
    return {
      call,
      reached,
      heard: recognised(media.withoutPauses, record?.greeting),
      hearsay,
      error: undefined,
    }
  } catch (error) {
    return { call, reached: undefined, hearsay: [], error: (error as Error).message }
  } finally {
    media.close()
  }
}

/** A caller hears the greeting and what the flow plays behind it. */
const HEARD_MS = 15_000
/** A sound that went through G.711 and was not changed otherwise. */
const SAME = 0.95

/** The greeting's text, where it was really heard. */
function recognised(samples: Int16Array, greeting: DecisionRecord['greeting']): string | undefined {
  if (greeting?.file === undefined) return undefined
  return findSound(samples, readSound(`${greeting.file}.wav`)).likeness > SAME ? greeting.text : undefined
}

/** The headers that would have counted from a trusted trunk. */
function hearsayIn({ hearsay }: DecisionRecord, names: readonly string[]): readonly string[] {
  return names.filter((name) => hearsay.some(({ what }) => what.toLowerCase() === name.toLowerCase()))
}

/** Whether the call reached its context, by its rule, with its state, and its caller heard the greeting. */
export function isOk({
  call: { expected },
  reached,
  heard,
}: Pick<Result, 'call' | 'reached' | 'heard'>): boolean {
  const { context, rule, state } = expected
  const isThere = reached?.context === context && reached.rule === rule && holds(reached.state, state)
  return isThere && heard === expected.heard
}

/** Whether a value has all that is wanted, at any depth; it may have more. */
function holds(value: unknown, wanted: unknown): boolean {
  if (wanted === null) return value === undefined || value === null
  if (!isRecord(wanted)) return isDeepStrictEqual(value, wanted)
  return isRecord(value) && Object.entries(wanted).every(([key, part]) => holds(value[key], part))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
