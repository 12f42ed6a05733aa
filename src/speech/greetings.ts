import type { Voice } from '../routing/types.js'

/** What a caller is to hear. */
export interface GreetingText {
  /** As it is written, with all placeholders filled in. */
  readonly text: string
  /** That of the revision, `routing.voice`. */
  readonly voice: Voice
}

/** What was rendered ahead of the calls. */
export interface RenderReport {
  /** How many different texts were asked for. */
  readonly texts: number
  /** How many of them had no file yet. */
  readonly fresh: number
  readonly rendered: number
  readonly failed: number
  /** How many are left to their first call: they are beyond DOORMAN_GREETINGS_AHEAD or DOORMAN_GREETINGS_MB. */
  readonly left: number
  /** False where `fresh` texts are being rendered still. */
  readonly done: boolean
  /** How long it took, or where it is not done is expected to take. */
  readonly ms: number
}

export interface GreetingsHealth {
  /** Empty while greetings can be rendered; else why they can't, and what to do. */
  readonly problem: string
  /** Files in the folder, and their size. */
  readonly files: number
  readonly bytes: number
  /** Texts that wait to be rendered. */
  readonly waiting: number
  /** Since the start. */
  readonly rendered: number
  readonly failed: number
}

/** Speech as files that Asterisk can play. */
export interface Greetings {
  /**
   * The file for a text, if it is there now: an absolute path without extension, as `Playback` wants it. Does no I/O and
   * never throws.
   */
  find(text: GreetingText): string | undefined
  /** The same, and waits at most `ms` for a rendering that it starts or joins, and that goes on. Never rejects. */
  within(text: GreetingText, ms: number): Promise<string | undefined>
  /**
   * Renders ahead, beside the calls, the first ones first; the newest request replaces the one before. The files of
   * these texts stay while it is the newest. Never rejects.
   * @param wait false: resolves as soon as it is known how many have no file
   */
  ahead(texts: Iterable<GreetingText>, wait: boolean): Promise<RenderReport>
  readonly health: GreetingsHealth
  /** Ends every process. */
  stop(): Promise<void>
}
