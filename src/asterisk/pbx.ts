/** A channel that has just entered our Stasis application. */
export interface Arrival {
  /** Asterisk's unique id of the channel, by which ARI knows it. */
  readonly channelId: string
  /** The channel's name, `PJSIP/carrier-a-00000001`, by which AMI knows it. */
  readonly channel: string
  /** SIP Call-ID, where this Asterisk tells it with the event (16.24 and later); empty otherwise. */
  readonly sipCallId: string
  readonly callerId: { readonly number: string; readonly name: string }
  /** The extension in whose dialplan the channel entered Stasis. */
  readonly extension: string
  /** The arguments of `Stasis()`, as one text: see dialplan/arguments.ts. */
  readonly args: string
  /** Asterisk's own time of the StasisStart event in milliseconds; undefined for a channel found without its event. */
  readonly at: number | undefined
  /**
   * True where Asterisk cannot describe the channel (a Call-ID that is not UTF-8), so that no StasisStart came. All
   * but `channelId` is empty then.
   */
  readonly isUndescribed: boolean
}

/** How a channel left Stasis, and Asterisk's time of it in milliseconds, where a StasisEnd event told. */
export interface Departure {
  readonly kind: 'continued' | 'hung_up'
  readonly at: number | undefined
}

export interface DialplanLocation {
  readonly context: string
  /** `dialled` stands for the number that was dialled: before a call, only the context can be looked for. */
  readonly extension: string
  readonly priority: number
}

/** One channel variable. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/** What became of a request that failed, and so what its caller may do next. */
export type PbxFault =
  /** No answer, or no connection: nothing is known of the call. */
  | 'unreachable'
  /** The channel is not there any more, or not in our application. */
  | 'gone'
  /** Asterisk answered and refused. */
  | 'refused'

/** A request to the PBX that failed. */
export class PbxError extends Error {
  override readonly name = 'PbxError'

  constructor(
    readonly fault: PbxFault,
    message: string,
  ) {
    super(message)
  }
}

export interface PbxListener {
  onArrival(arrival: Arrival): void
  onDeparture(channelId: string, departure: Departure): void
}

/** What Doorman asks of a PBX while a call waits. Every promise settles within the time given, or with a `PbxError`. */
export interface Pbx {
  /** A channel variable by its name; empty where it is not set. */
  readVariable(channelId: string, name: string, timeoutMs: number): Promise<string>
  /**
   * A SIP header of the INVITE, the first of that name; undefined where there is none. Only for headers that the
   * dialplan does not pass: such a read can crash Asterisk when the caller hangs up meanwhile (16.28, 22.10).
   */
  readHeader(channelId: string, name: string, timeoutMs: number): Promise<string | undefined>
  /**
   * Sets channel variables by AMI. ARI's setChannelVar would make Asterisk 20.20.1, 21.12.3, 22.10.1 and later refuse
   * DB(), SHELL() and the like for the rest of the call.
   */
  setVariables(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void>
  /**
   * Publishes the set in a global variable, unless it is there already, ahead of every later `postContinue`.
   * Returns the name under which the context `doorman-go` finds it; undefined where this Asterisk takes no requests over
   * the WebSocket, or the set does not fit: use `setVariables`.
   */
  shareVariables(variables: readonly Variable[]): string | undefined
  /** Asterisk has lost its global variables (`dialplan reload` with clearglobalvars=yes). */
  forgetSharedVariables(): void
  /** Sends the channel on in the dialplan. Asterisk does not check the location. */
  continueInDialplan(channelId: string, location: DialplanLocation, timeoutMs: number): Promise<void>
  /**
   * The same without an answer: that the channel departs is the answer. False where this Asterisk takes no requests over
   * the WebSocket, or it does not answer: use `continueInDialplan`.
   */
  postContinue(channelId: string, location: DialplanLocation): boolean
}

/** chan_pjsip names a channel `PJSIP/<endpoint>-<eight hex digits>`; an endpoint may have dashes of its own. */
const PJSIP_CHANNEL = /^PJSIP\/(.+)-[0-9a-f]{8}$/

/**
 * The PJSIP endpoint that a channel belongs to, by its name; undefined on a channel that is not PJSIP. The name is
 * there without asking: `CHANNEL(endpoint)` says the same, but is a turn of the call's SIP thread (as on 16 and 22).
 */
export function endpointOf(channel: string): string | undefined {
  return PJSIP_CHANNEL.exec(channel)?.[1]
}
