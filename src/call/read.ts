import {
  MOST_LISTED,
  type Pieces,
  parseListed,
  parsePieces,
  parseValues,
  type StasisArguments,
} from '../asterisk/dialplan/arguments.js'
import { isCleanExtension } from '../asterisk/dialplan/destination.js'
import { type Arrival, endpointOf, type Pbx, PbxError } from '../asterisk/pbx.js'
import { type DecodedState, decodeState, partsIn } from '../conversation/state.js'
import type { CallFacts } from '../routing/types.js'
import { SipHeaders } from '../sip/headers.js'
import { parseAddress } from '../sip/uri.js'
import type { ActiveCall } from './active-call.js'
import { neededNames } from './passed-facts.js'

/** What was read of a call. */
export interface CallData {
  readonly facts: CallFacts
  /** Whether the dialplan passed all that the revision needs, or ARI was asked for headers. */
  readonly readBy: 'dialplan' | 'ari'
  /** Why no rule can be applied, in a sentence: Asterisk cannot hand the call over whole. */
  readonly undecidable: string | undefined
  /** What is missing without keeping the call from being decided, in sentences. */
  readonly faults: readonly string[]
}

/** Reads channel variables and, where the dialplan does not pass them, headers. */
export interface ChannelReader {
  variable(name: string): Promise<string>
  header(name: string): Promise<string | undefined>
}

/** Milliseconds that one answer may take. A PBX under load answers in a few. */
const READ_MS = 800

/** Does not ask once the channel has left: the answer would be of no use. */
export function channelReader(call: ActiveCall, pbx: Pbx): ChannelReader {
  const timeout = () => {
    if (call.departure !== undefined) throw new PbxError('gone', 'The call has left')
    return call.atMost(READ_MS)
  }
  return {
    variable: async (name) => pbx.readVariable(call.id, name, timeout()),
    header: async (name) => pbx.readHeader(call.id, name, timeout()),
  }
}

/**
 * All that the revision of a call needs of it. The arguments of `Stasis()` have it; ARI is asked for the rest of values
 * with more than three closing parentheses, for a long state, and for headers that the running dialplan does not pass.
 * @throws PbxError
 */
export async function readCall(
  { arrival, args, revision }: Pick<ActiveCall, 'arrival' | 'args' | 'revision'>,
  reader: ChannelReader,
): Promise<CallData> {
  if (arrival.isUndescribed)
    return undecidable(arrival, 'Asterisk cannot describe the channel: its Call-ID is not UTF-8.')
  if (args.count > MOST_LISTED) return undecidable(arrival, `The call has more than ${MOST_LISTED} headers.`)
  let dialled = ''
  try {
    const passed = await passedValues(args, reader)
    const passedDialled = passed.get('DIALLED')
    // A dialplan of the admin's own may pass nothing.
    dialled = passedDialled ?? ((await reader.variable('DOORMAN_DIALLED')) || arrival.extension)
    if (dialled !== '' && !isCleanExtension(dialled))
      throw new PbxError('refused', 'The dialled number has characters that are not valid in an extension.')
    const listed = await listedHeaders(args, reader)
    // The dialplan may have been generated for other flow files.
    const lacksHeaders = arrival.channel.startsWith('PJSIP/') && args.listsAll !== true
    const known = new Set([...passed.keys(), ...listed.map(([name]) => name)])
    const missing = lacksHeaders ? neededNames(revision).filter((name) => !known.has(name)) : []
    const found = await Promise.all(missing.map(async (name) => [name, await reader.header(name)] as const))
    const state = args.decidedBy ? await readState(args, reader) : NO_STATE
    const headers = new SipHeaders([...headersOf(passed, listed), ...found.filter(isThere)])
    const lacking = lacksHeaders && revision.needsAllHeaders ? ANY_HEADER : missing.join(', ')
    return {
      facts: {
        trunk: endpointOf(arrival.channel),
        callerId: { ...arrival.callerId, name: wholeName(arrival.callerId.name, headers) },
        dialled: dialled === '' ? 's' : dialled,
        headers,
        verification: verification(passed),
        state: state.ok ? state.state : {},
      },
      readBy: missing.length === 0 && passedDialled !== undefined ? 'dialplan' : 'ari',
      undecidable: undefined,
      faults: [
        ...(state.ok ? [] : [state.why]),
        ...(lacking === ''
          ? []
          : [`The running dialplan does not pass ${lacking}. Run  doorman dialplan --write`]),
      ],
    }
  } catch (error) {
    // Asterisk refuses to put bytes that are not UTF-8 into its answer.
    if (error instanceof PbxError && error.fault === 'refused')
      return undecidable(arrival, error.message, dialled)
    throw error
  }
}

const ANY_HEADER = 'the headers that a code flow may ask for'

function isThere(header: readonly [string, string | undefined]): header is Header {
  return header[1] !== undefined
}

/** Asterisk cuts a caller's name at 79 bytes, and loses one that is cut within a character; From has all of it. */
function wholeName(name: string, headers: SipHeaders): string {
  const from = headers.get('From') ?? ''
  // Twenty characters have 80 bytes at the most.
  if (from.indexOf('<') < 20) return name
  const { display } = parseAddress(from)
  return Buffer.byteLength(display) > 79 && display.startsWith(name) ? display : name
}

/** The passed values by key. Where the arguments had no room for them, they are in channel variables. */
type PassedValues = ReadonlyMap<string, string>
type Header = readonly [name: string, value: string]

const TOO_LONG = 'The headers of the call are longer than Asterisk can pass, or have line breaks.'
/** Asterisk hands over 4,095 bytes of a variable; a character of more bytes may be cut in two. */
const CUT_BYTES = 4_090

async function passedValues(args: StasisArguments, reader: ChannelReader): Promise<PassedValues> {
  const groups = args.keys.map(async (keys, index) => {
    const passed = args.passed[index] ?? (await reader.variable(`DOORMAN_PASSED_${index + 1}`))
    const pieces = parsePieces(passed)
    const text = pieces && (await wholeText(pieces, `DOORMAN_VALUES_${index + 1}`, reader))
    const values = text === undefined ? undefined : parseValues(text, keys)
    if (values === undefined) throw new PbxError('refused', TOO_LONG)
    return keys.map((key, at): readonly [string, string] => [key, values[at] ?? ''])
  })
  return new Map((await Promise.all(groups)).flat())
}

/** @returns undefined where Asterisk has cut the rest. */
async function wholeText(
  { text, hasMore }: Pieces,
  variable: string,
  reader: ChannelReader,
): Promise<string | undefined> {
  if (!hasMore) return text
  const rest = await reader.variable(variable)
  return Buffer.byteLength(rest) < CUT_BYTES ? `${text})${rest}` : undefined
}

async function listedHeaders(args: StasisArguments, reader: ChannelReader): Promise<readonly Header[]> {
  const numbers = Array.from({ length: args.count }, (_, index) => index + 1)
  const texts =
    args.listed.length === args.count
      ? args.listed
      : await Promise.all(numbers.map((number) => reader.variable(`DOORMAN_HEADER_${number}`)))
  if (texts.includes('')) throw new PbxError('refused', TOO_LONG)
  const headers: Header[] = []
  for (const [index, text] of texts.entries()) {
    const { name, ...pieces } = parseListed(text)
    headers.push([name, (await wholeText(pieces, `DOORMAN_VALUE_${index + 1}`, reader)) ?? ''])
  }
  return headers
}

/** A list has every repeat, and headers that are there but empty. Where it lacks a name, the passed value counts. */
function headersOf(passed: PassedValues, listed: readonly Header[]): readonly Header[] {
  const names = new Set(listed.map(([name]) => name))
  const isHeader = ([key, text]: Header) => text !== '' && !names.has(key) && key === key.toLowerCase()
  return [...listed, ...[...passed].filter(isHeader)]
}

function undecidable(arrival: Arrival, why: string, dialled = ''): CallData {
  return { facts: arrivalFacts(arrival, dialled), readBy: 'dialplan', undecidable: why, faults: [why] }
}

/** The facts that come with a StasisStart. */
export function arrivalFacts({ channel, callerId }: Arrival, dialled = ''): CallFacts {
  const headers = new SipHeaders([])
  return { trunk: endpointOf(channel), callerId, dialled, headers, verification: undefined, state: {} }
}

/** State of a channel that was not here before is that of the channel which dialled it, and not its own. */
const NO_STATE: DecodedState = { ok: true, state: {} }

async function readState({ state }: StasisArguments, reader: ChannelReader): Promise<DecodedState> {
  const names = Array.from({ length: partsIn(state) }, (_, index) => `CONV_STATE_${index + 1}`)
  return decodeState(state, await Promise.all(names.map((name) => reader.variable(name))))
}

/** `verify_result` reads "Verification passed" on older versions and "success" on newer ones. */
function verification(passed: PassedValues): CallFacts['verification'] {
  const of = (key: string) => passed.get(key) ?? ''
  if (['', '0'].includes(of('VERIFICATIONS'))) return undefined
  return { attestation: of('ATTESTATION'), verified: /passed|success/i.test(of('RESULT')) }
}
