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
  /** What the entry context told of the call: the arguments of `Stasis()`, see briefing.ts. */
  readonly briefing: readonly string[]
}

/** A place in the dialplan. */
export interface Place {
  readonly context: string
  readonly extension: string
  readonly priority: number
}

/** One channel variable. */
export interface Variable {
  readonly name: string
  readonly value: string
}

/**
 * Variables that the hand-over context sets by itself when a call gets there with this name: see notes.ts. `text` is
 * what `MSet` takes, `name=value,name=value`.
 */
export interface Note {
  readonly name: string
  readonly text: string
}

/** How a channel left Stasis: by our `continue` or the dialplan's time limit, or because the caller hung up. */
export type Departure = 'went-on' | 'hung-up'

/** What became of a request that failed, and so what its caller may do next. */
export type PbxFault =
  /** No answer, or no connection: nothing is known of the call. */
  | 'unreachable'
  /** The channel is not there any more, or not in our application. */
  | 'gone'
  /** Asterisk answered and refused. */
  | 'refused'

/** A request to the PBX that failed; `message` says which, `fault` says what that means. */
export class PbxError extends Error {
  constructor(
    readonly fault: PbxFault,
    message: string,
  ) {
    super(message)
    this.name = 'PbxError'
  }
}

export interface PbxListener {
  arrived(arrival: Arrival): void
  left(channelId: string, departure: Departure): void
}

/**
 * What Doorman asks of a PBX, and all of it. `ari.ts` and `ami.ts` answer for a real Asterisk; a test may
 * answer for none. Every promise settles: with a result, or with a `PbxError` after the given time.
 */
export interface Pbx {
  /** Evaluates a dialplan expression on the channel (`EVAL(…)`) and returns its text. */
  read(channelId: string, expression: string, timeoutMs: number): Promise<string>
  /**
   * Sets channel variables by AMI. Not by ARI: one ARI setChannelVar makes Asterisk 20.20.1, 21.12.3,
   * 22.10.1 and later refuse DB(), SHELL() and the like for the rest of the call.
   */
  write(channel: string, variables: readonly Variable[], timeoutMs: number): Promise<void>
  /** Whether `write` can succeed at all now. */
  readonly canWrite: boolean
  /** A note with these variables, for `continueAt`; undefined where they have to be written. */
  noteOf(variables: readonly Variable[]): Note | undefined
  /** A call has come back because the PBX did not have its note: from now on each is brought there anew. */
  noteWasMissing(): void
  /**
   * Sends the channel on in the dialplan. Resolves when Asterisk has accepted that, or when it has happened. Nobody
   * checks the place. The note, where one is given, is at the PBX before the call goes on.
   */
  continueAt(channelId: string, place: Place, timeoutMs: number, note?: Note): Promise<void>
  /**
   * Whether the dialplan has this place now. Asked on the channel: over ARI the dialplan function that tells
   * (`DIALPLAN_EXISTS`) does not answer without one, and over AMI the call would depend on both lines.
   */
  hasPlace(channelId: string, place: Place, timeoutMs: number): Promise<boolean>
}
