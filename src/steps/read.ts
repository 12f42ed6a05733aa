import {
  expressions,
  header,
  MAX_REPEATS,
  REPEATS_AT_ONCE,
  values,
  variable,
} from '../asterisk/channel-read.js'
import type { Arrival, Pbx } from '../asterisk/pbx.js'
import { type DecodedState, decodeState, partsIn } from '../conversation/state-codec.js'
import type { Revision } from '../flows/revision.js'
import type { CallFacts, Verification } from '../routing/facts.js'
import { SipHeaders } from '../sip/headers.js'
import type { Budget } from './budget.js'
import { type ChannelText, channelText, type HeaderText, readPlans } from './read-plan.js'

/** The longest that one answer is waited for. A PBX under load answers in milliseconds. */
const READ_MS = 900

/** What was read of a call, and what could not be. */
export interface Reading {
  readonly facts: CallFacts
  readonly sipCallId: string
  /** Id of the revision that decided this call on an earlier visit; empty on the first. */
  readonly decidedBy: string
  /** Why the state that was on the channel could not be used, if so. The call goes on without it. */
  readonly stateFault: string | undefined
}

/** Reads texts of one channel: expressions in, answers out, in their order. */
export type Ask = (wanted: readonly string[]) => Promise<readonly string[]>

export function asker(pbx: Pbx, channelId: string, budget: Budget): Ask {
  return (wanted) => Promise.all(wanted.map((text) => pbx.read(channelId, text, budget.atMost(READ_MS))))
}

/**
 * Everything that the revision wants to know of a call: one read as a rule, a second one where a header comes
 * more than twice or the state is long.
 * @throws PbxError
 */
export async function readCall(arrival: Arrival, revision: Revision, ask: Ask): Promise<Reading> {
  const { pjsip, other } = readPlans(revision)
  const plan = arrival.channel.startsWith('PJSIP/') ? pjsip : other
  const text = channelText(plan, await ask(plan.expressions))
  const [headers, state] = await Promise.all([allInstances(text.headers, ask), readState(text, ask)])
  return {
    facts: {
      trunk: text.endpoint === '' ? undefined : text.endpoint,
      callerId: arrival.callerId,
      // On a second visit the channel stands in a flow's context, mostly at `s`.
      dialled: text.dialled === '' ? arrival.extension : text.dialled,
      headers: new SipHeaders(headers),
      verification: verification(text),
      state: state.ok ? state.state : {},
    },
    sipCallId: arrival.sipCallId === '' ? text.sipCallId : arrival.sipCallId,
    decidedBy: text.revision,
    stateFault: state.ok ? undefined : state.why,
  }
}

async function readState(text: ChannelText, ask: Ask): Promise<DecodedState> {
  const count = partsIn(text.stateHead)
  const names = Array.from({ length: count }, (_, index) => variable(`CONV_STATE_${index + 1}`))
  const parts = count === 0 ? [] : (await ask(expressions(names))).flatMap(values)
  return decodeState(text.stateHead, parts)
}

async function allInstances(read: readonly HeaderText[], ask: Ask): Promise<[string, string][]> {
  const further = read.flatMap(furtherInstances)
  const rest = further.length === 0 ? [] : (await ask(expressions(further))).flatMap(values)
  return read.flatMap((text) => {
    const found = [...text.first, ...rest.splice(0, furtherInstances(text).length)]
    // The list tells an empty header from one that is not there; a value it does not count stands all the same.
    return found
      .filter((value, index) => value !== '' || index < text.count)
      .map((value): [string, string] => [text.name, value])
  })
}

function furtherInstances({ name, count }: HeaderText): string[] {
  const length = Math.max(0, Math.min(count, MAX_REPEATS) - REPEATS_AT_ONCE)
  return Array.from({ length }, (_, index) => header(name, REPEATS_AT_ONCE + index + 1))
}

/** `verify_result` reads "Verification passed" on older versions and "success" on newer ones. */
function verification({ attestation }: ChannelText): Verification | undefined {
  const [count = '', level = '', result = ''] = attestation
  if (count === '' || count === '0') return undefined
  return { attestation: level, verified: /passed|success/i.test(result) }
}
