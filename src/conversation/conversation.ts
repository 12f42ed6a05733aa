import { closest } from 'fastest-levenshtein'
import { suggestion } from '../lib/text.js'
import type { CallerRow } from '../routing/number-table.js'
import type { RememberedValues } from '../routing/outside-data.js'
import type { State } from '../routing/types.js'
import { canonicalName, SipHeaders } from '../sip/headers.js'
import type { MutableState } from './state.js'

/** The SIP headers of the call, as the web's `Headers` has them: names in any case, `get`, `has`, `entries`. */
export interface ConversationHeaders extends Pick<SipHeaders, keyof SipHeaders> {
  /**
   * Whether the call's trunk is trusted for this header (`trust:` in routing.yaml). Anyone can write any header:
   * let no caller in by one that is not trusted.
   */
  trusted(name: string): boolean
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Lines for Doorman's log; they carry the call's id. `details` is anything that JSON can hold. */
export type ConversationLog = { readonly [L in LogLevel]: (message: string, details?: unknown) => void }

/**
 * What a code flow sees of a call, and how it says where the call goes.
 *
 *     export default function triage(conv: Conversation) {
 *       conv.state.dialled = conv.calleeNumber
 *       conv.gotoFlow(conv.vip ? 'vip_support_flow' : 'general_support_flow')
 *     }
 *
 * Everything but `state` is read-only; assigning to it throws.
 */
export interface Conversation {
  /** The id of the call: the unique id of its channel in Asterisk. */
  readonly callId: string
  /** The headers of the INVITE that brought the call. */
  readonly sipHeaders: ConversationHeaders
  /**
   * Who calls, in E.164 (`+15551234567`) where the number could be read, else as it came; `anonymous` where the
   * caller withheld it. It is what the trunk says, trusted or not: see `callerTrusted`.
   */
  readonly callerNumber: string
  /** Whether the call's trunk is trusted for the caller number. Let no caller in by a number that is not. */
  readonly callerTrusted: boolean
  /** Who was dialled, in E.164 where the number could be read, else as it was dialled. */
  readonly calleeNumber: string
  /** The name that came with the caller number; empty where there is none. */
  readonly callerName: string
  /** The caller's row in a VIP file, by its column names (`name`, `tier`, …); undefined where there is none. */
  readonly caller: CallerRow | undefined
  /**
   * The PJSIP endpoint that the call came in on, or the trunk that a proxy there names (`trunk_from`); undefined on a
   * channel that is not PJSIP.
   */
  readonly trunk: string | undefined
  /** Whether `vip:` in routing.yaml makes this a VIP call. Never by hearsay. */
  readonly vip: boolean
  /** The branch that `branches:` in routing.yaml gives to the callee number. */
  readonly branch: string | undefined
  /**
   * What was kept of the last call of this caller, by the keys under `keep` of `memory:` in routing.yaml. Empty where
   * there is nothing, and where the caller number does not count.
   */
  readonly memory: RememberedValues
  /** The instant of the call: of its arrival, of `doorman explain --at`, or of the call that is replayed. */
  readonly now: Date
  /**
   * Whether `hours:` of this name in routing.yaml are open at the instant of the call.
   *
   * @throws RangeError where there are none of this name; the message names the nearest.
   */
  isOpen(name: string): boolean
  /**
   * What the lookup of this name under `lookups:` in routing.yaml says, by the names under its `take`: empty where the
   * source has no entry, undefined where it was late, failed, or is not asked about such a call. It was asked before.
   *
   * @throws RangeError where there is none of this name; the message names the nearest.
   */
  lookup(name: string): Readonly<Record<string, string>> | undefined
  /**
   * What is kept on the call, nested as you like: what was on it already, what branch and rule put there, and
   * what you assign. The dialplan sees each scalar at the top level as `CONV_<key>`. Plain JSON values only.
   */
  state: MutableState
  /**
   * Sends the call to a flow of routing.yaml once the function is done. The last call of `gotoFlow` wins.
   *
   * @throws UnknownFlow at once where no flow has that name; the message names the nearest.
   */
  gotoFlow(name: string): void
  /**
   * What the caller hears before the flow, in place of the `greet` of the rule; an empty text: nothing. The last call of
   * `say` wins. A text that was never said before comes only with the next call.
   */
  say(text: string): void
  /** Writes to Doorman's log. */
  readonly log: ConversationLog
}

/** All that a conversation is made of, in a form that can be sent to a worker thread. */
export interface ConversationInput
  extends Omit<Conversation, 'sipHeaders' | 'isOpen' | 'lookup' | 'state' | 'gotoFlow' | 'say' | 'log'> {
  /** The headers one by one, as `SipHeaders.toList()` gives them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Names, in any case, of the headers for which the call's trunk is trusted. */
  readonly trustedHeaders: readonly string[]
  /** The state as the rules left it. */
  readonly state: State
  /** The names of all hours, and whether they are open at the instant of the call. */
  readonly hours: ReadonlyMap<string, boolean>
  /** The names of all lookups, and the values of those that have an answer. */
  readonly lookups: ReadonlyMap<string, Readonly<Record<string, string>> | undefined>
  /** The flows that `gotoFlow` may name. */
  readonly flowNames: readonly string[]
}

/** `gotoFlow` was asked for a flow that routing.yaml does not have. */
export class UnknownFlow extends Error {
  override readonly name = 'UnknownFlow'

  constructor(
    readonly flow: string,
    flowNames: readonly string[],
  ) {
    const nearest = flowNames.length > 0 ? closest(flow, flowNames) : undefined
    const hint = nearest === undefined ? 'routing.yaml has no flows' : `did you mean "${nearest}"?`
    super(`There is no flow "${flow}"; ${hint}`)
  }
}

/** Characters of `say`; a greeting is a sentence or two. */
const MOST_SAID = 500

export type LogSink = (level: LogLevel, message: string, details: unknown) => void

/**
 * Builds the conversation of one call; runs inside the worker. The input is left as it is. With it come the flow of the
 * last `gotoFlow` and the text of the last `say`, undefined before the first.
 */
export function createConversation(input: ConversationInput, log: LogSink) {
  const { headers, trustedHeaders, flowNames, hours, lookups, state: given, ...values } = input
  let chosen: string | undefined
  let said: string | undefined
  let state = structuredClone(given) as MutableState
  const conversation = readOnlyBut('state', {
    ...values,
    caller: input.caller && Object.freeze({ ...input.caller }),
    memory: Object.freeze({ ...input.memory }),
    sipHeaders: Object.freeze(new TrustedHeaders(headers, trustedHeaders)),
    log: logTo(log),
    isOpen(name: string): boolean {
      const open = hours.get(name)
      if (open === undefined)
        throw new RangeError(`routing.yaml has no hours "${name}"${suggestion(String(name), hours.keys())}`)
      return open
    },
    lookup(name: string) {
      const found = lookups.get(name)
      if (found === undefined && !lookups.has(name))
        throw new RangeError(
          `routing.yaml has no lookup "${name}"${suggestion(String(name), lookups.keys())}`,
        )
      return found && Object.freeze({ ...found })
    },
    gotoFlow(name: string): void {
      if (!flowNames.includes(name)) throw new UnknownFlow(String(name), flowNames)
      chosen = name
    },
    say(text: string): void {
      if (typeof text !== 'string') throw new TypeError('conv.say takes a text')
      said = text.slice(0, MOST_SAID)
    },
    // A Date can be changed even where the property can't.
    get now() {
      return new Date(input.now)
    },
    get state() {
      return state
    },
    set state(value: MutableState) {
      state = objectOrThrow(value)
    },
  })
  return { conversation, chosenFlow: () => chosen, saidText: () => said }
}

class TrustedHeaders extends SipHeaders implements ConversationHeaders {
  readonly #trusted: ReadonlySet<string>

  constructor(headers: ConversationInput['headers'], trusted: readonly string[]) {
    super(headers)
    this.#trusted = new Set(trusted.map(canonicalName))
  }

  trusted(name: string): boolean {
    return this.#trusted.has(canonicalName(name))
  }
}

function logTo(sink: LogSink): ConversationLog {
  const at = (level: LogLevel) => (message: string, details?: unknown) =>
    sink(level, String(message), details)
  return Object.freeze({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') })
}

function objectOrThrow(value: MutableState): MutableState {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new TypeError(
    'conv.state must be an object such as { city: "Albany" }; set single values as conv.state.city',
  )
}

/** Refuses assignments by name, and also in sloppy code, where a frozen object alone would swallow them. */
function readOnlyBut(open: string, conversation: Conversation): Conversation {
  return new Proxy(Object.freeze(conversation), {
    set(target, key, value) {
      if (key === open) return Reflect.set(target, key, value)
      throw new TypeError(`conv.${String(key)} is read-only; keep values of your own in conv.${open}`)
    },
  })
}
