import { NOTE_MISSING } from '../asterisk/ari/notes.js'
import { briefedText } from '../asterisk/dialplan/briefing.js'
import {
  expressions,
  header,
  MAX_REPEATS,
  plainHeader,
  values,
  variable,
} from '../asterisk/dialplan/channel-read.js'
import { type Arrival, type Pbx, PbxError } from '../asterisk/pbx.js'
import { trunkOf } from '../asterisk/trunk-name.js'
import { type DecodedState, decodeState, partsIn } from '../conversation/state-codec.js'
import type { Revision } from '../flows/revision.js'
import type { CallFacts } from '../routing/types.js'
import type { Verification } from '../sip/attestation.js'
import { SipHeaders } from '../sip/headers.js'
import type { Budget } from './budget.js'
import { type ChannelText, channelText, type HeaderText } from './channel-text.js'
import { type ReadPlan, readPlans, type Telling } from './read-plan.js'

/** The longest that one answer is waited for. A PBX under load answers in milliseconds. */
const READ_MS = 500

/** What was read of a call, and what could not be. */
export interface Reading {
  readonly facts: CallFacts
  readonly sipCallId: string
  /** Whether the entry context told what there was to read, or ARI was asked. */
  readonly readBy: 'dialplan' | 'ari'
  /** Id of the revision that decided this call on an earlier visit; empty on the first. */
  readonly decidedBy: string
  /** Whether the call has come back because the PBX did not have its note. */
  readonly noteWasMissing: boolean
  /** Why the state that was on the channel could not be used, if so. The call goes on without it. */
  readonly stateFault: string | undefined
}

/** Reads texts of one channel: expressions in, answers out, in their order. */
export type Ask = (wanted: readonly string[]) => Promise<readonly string[]>

/**
 * Asks on one call's channel, and no more once the channel has left: a read that comes late is of no use, and a SIP
 * header that is read while its call hangs up can take Asterisk down.
 */
export function asker(pbx: Pbx, channelId: string, budget: Budget, hasLeft: () => boolean): Ask {
  return async (wanted) => {
    if (hasLeft()) throw new PbxError('gone', 'The call has left')
    return Promise.all(wanted.map((text) => pbx.read(channelId, text, budget.atMost(READ_MS))))
  }
}

/** Everything that the revision wants to know of a call, where the entry context has told all of it, as it mostly has. */
export function readAtOnce(arrival: Arrival, revision: Revision): Reading | undefined {
  const plan = planFor(arrival, revision)
  const text = toldText(arrival, plan)
  if (text === undefined) return undefined
  if (partsIn(text.stateHead) > 0) return undefined
  const empty = withoutValue(plan, text.headers)
  if (text.headers.some(({ mayHaveMore }) => mayHaveMore)) return undefined
  if (empty.some(({ isThere }) => isThere === undefined)) return undefined
  const headers: NamedValue[] = []
  for (const header of text.headers) addInstances(headers, header, header.first)
  for (const { name, isThere } of empty) if (isThere === true) headers.push([name, ''])
  return readingOf(arrival, text, { headers, state: decodeState(text.stateHead, []), readBy: 'dialplan' })
}

/**
 * The same with questions: as a rule it is one read, and a second one where a header comes twice or more, the state is
 * long, or a rule asks whether an empty header is there.
 * @throws PbxError
 */
export async function readCall(arrival: Arrival, revision: Revision, ask: Ask): Promise<Reading> {
  const plan = planFor(arrival, revision)
  const told = toldText(arrival, plan)
  const text = told ?? channelText(plan.places, (await ask(plan.expressions)).flatMap(values))
  const [headers, state] = await Promise.all([allInstances(plan, text.headers, ask), readState(text, ask)])
  return readingOf(arrival, text, { headers, state, readBy: told === undefined ? 'ari' : 'dialplan' })
}

function planFor(arrival: Arrival, revision: Revision): ReadPlan {
  const { pjsip, other } = readPlans(revision)
  return arrival.channel.startsWith('PJSIP/') ? pjsip : other
}

/** One header of a call. */
type NamedValue = readonly [name: string, value: string]

/** What a reading is made of besides the texts of the channel. */
interface Read extends Pick<Reading, 'readBy'> {
  readonly headers: readonly NamedValue[]
  readonly state: DecodedState
}

function readingOf(arrival: Arrival, text: ChannelText, { headers, state, readBy }: Read): Reading {
  const noteWasMissing = text.revision.startsWith(NOTE_MISSING)
  return {
    facts: {
      trunk: trunkOf(arrival.channel),
      callerId: arrival.callerId,
      // On a second visit the channel stands in a flow's context, mostly at `s`.
      dialled: text.dialled === '' ? arrival.extension : text.dialled,
      headers: new SipHeaders(headers),
      verification: verification(text),
      state: state.ok ? state.state : {},
    },
    sipCallId: arrival.sipCallId === '' ? text.sipCallId : arrival.sipCallId,
    readBy,
    decidedBy: noteWasMissing ? text.revision.slice(NOTE_MISSING.length) : text.revision,
    noteWasMissing,
    stateFault: state.ok ? undefined : state.why,
  }
}

/** What the entry context told. Versions that do not tell the Call-ID with the event are asked for it, and so for the rest. */
function toldText({ briefing, sipCallId }: Arrival, { listing, telling }: ReadPlan): ChannelText | undefined {
  return sipCallId === '' ? undefined : (toldIn(listing, briefing) ?? toldIn(telling, briefing))
}

function toldIn(telling: Telling | undefined, args: readonly string[]): ChannelText | undefined {
  if (telling === undefined) return undefined
  const text = briefedText(args, telling.briefing)
  return text === undefined ? undefined : channelText(telling.places, values(text))
}

async function readState(text: ChannelText, ask: Ask): Promise<DecodedState> {
  const count = partsIn(text.stateHead)
  const names = Array.from({ length: count }, (_, index) => variable(`CONV_STATE_${index + 1}`))
  const parts = count === 0 ? [] : (await ask(expressions(names))).flatMap(values)
  return decodeState(text.stateHead, parts)
}

async function allInstances(
  plan: ReadPlan,
  read: readonly HeaderText[],
  ask: Ask,
): Promise<readonly NamedValue[]> {
  const further = read.flatMap(furtherInstances)
  const isAsked = further.length > 0 || plan.presenceAsked.size > 0
  const [rest, present] = isAsked
    ? await Promise.all([
        ask(expressions(further)).then((answers) => answers.flatMap(values)),
        emptyButPresent(plan, read, ask),
      ])
    : [[], []]
  const found: NamedValue[] = []
  for (const header of read) {
    addInstances(found, header, [...header.first, ...rest.splice(0, furtherInstances(header).length)])
  }
  return [...found, ...present.map((name): NamedValue => [name, ''])]
}

/** Where a later one is there, so are those before it, be they empty. */
function addInstances(to: NamedValue[], { name }: HeaderText, all: readonly string[]): void {
  let count = all.length
  while (count > 0 && all[count - 1] === '') count -= 1
  for (let at = 0; at < count; at++) to.push([name, all[at] ?? ''])
}

/** Of the headers that a rule asks for by being there: those that are empty or none, which look alike in the one read. */
function withoutValue({ presenceAsked }: ReadPlan, read: readonly HeaderText[]): readonly HeaderText[] {
  if (presenceAsked.size === 0) return []
  return read.filter(({ name, first }) => presenceAsked.has(name) && first.every((value) => value === ''))
}

/** Where the last of those that were read at once is there, there may be more. */
function furtherInstances({ name, first, mayHaveMore }: HeaderText): string[] {
  if (!mayHaveMore) return []
  return Array.from({ length: MAX_REPEATS - first.length }, (_, index) =>
    header(name, first.length + index + 1),
  )
}

/** Asks for the difference where the dialplan did not tell it. */
async function emptyButPresent(
  plan: ReadPlan,
  read: readonly HeaderText[],
  ask: Ask,
): Promise<readonly string[]> {
  const answers = withoutValue(plan, read).map(async ({ name, isThere }) =>
    (isThere ?? (await isPresent(name, ask))) ? [name] : [],
  )
  return (await Promise.all(answers)).flat()
}

function isPresent(name: string, ask: Ask): Promise<boolean> {
  return ask([plainHeader(name)]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof PbxError && error.fault === 'refused') return false
      throw error
    },
  )
}

/** `verify_result` reads "Verification passed" on older versions and "success" on newer ones. */
function verification({ verifications, attestation, verifyResult }: ChannelText): Verification | undefined {
  if (verifications === '' || verifications === '0') return undefined
  return { attestation, verified: /passed|success/i.test(verifyResult) }
}
