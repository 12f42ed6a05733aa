import type { DialplanState } from '../asterisk/dialplan/running-dialplan.js'
import type { Place } from '../asterisk/pbx.js'
import type { Problem } from '../flows/problem.js'

/** What was asked for, or why it could not be known. */
export type Known<T> = { readonly value: T } | { readonly unknown: string }

/** What the settings say, as far as doctor judges it. No secret is in it. */
export interface SettingsFacts {
  readonly ariUrl: string
  readonly amiHost: string
  readonly amiUsername: string
  readonly adminUsername: string
  readonly application: string
  /** The settings whose value is the one of the sample files, which everybody knows. */
  readonly sampleSecrets: readonly string[]
}

/** A flow's name and where it is. */
export interface FlowPlace extends Place {
  readonly name: string
}

/** What the flow files ask of a PBX; `problems` where they cannot be used. */
export type FlowFacts =
  | { readonly ok: false; readonly folder: string; readonly problems: readonly Problem[] }
  | {
      readonly ok: true
      readonly folder: string
      readonly revision: string
      readonly flows: readonly FlowPlace[]
      /** Trunks that are believed about something, or that a rule asks for. */
      readonly trunks: readonly string[]
      readonly needsAttestation: boolean
    }

export interface AriFacts {
  readonly version: string
  /** What a harmless POST about a channel of nobody was answered with: 404 where Doorman may write. */
  readonly writeStatus: Known<number>
  /** Names of the modules that run, `app_stasis.so`. */
  readonly modules: Known<ReadonlySet<string>>
  readonly endpoints: Known<readonly string[]>
  /** Whether somebody has registered the application. */
  readonly isHeld: Known<boolean>
  /** How far the PBX's clock is ahead of ours, in seconds; HTTP tells it to the second. */
  readonly clockAhead_s: Known<number>
}

export interface AmiFacts {
  /** Names of the actions that the user may use, in lower case. */
  readonly actions: Known<ReadonlySet<string>>
  /** What Setvar on a channel of nobody was answered with. */
  readonly setvar: 'allowed' | 'denied' | 'unclear'
  readonly dialplan: Known<DialplanState>
  readonly missingFlows: Known<readonly FlowPlace[]>
  /** Of the trunks that ARI does not list, those that PJSIP knows all the same (realtime). */
  readonly unlistedTrunks: Known<readonly string[]>
  /** `+0100` */
  readonly zone: Known<string>
}

export interface AdminFacts {
  readonly actions: Known<ReadonlySet<string>>
  /** Values of the option in the file's [general]; undefined where it is not there. */
  readonly sessionlimit: Known<string | undefined>
  readonly websocketWriteTimeout: Known<string | undefined>
  readonly dialplan: Known<DialplanState>
}

/** All that doctor knows when it judges. */
export interface Facts {
  readonly settings: SettingsFacts
  readonly flows: FlowFacts
  readonly ari: Known<AriFacts>
  readonly ami: Known<AmiFacts>
  /** Undefined where no such user was given. */
  readonly admin: Known<AdminFacts> | undefined
  /** Our own, `+0100`. */
  readonly zone: string
}

/** Asks, and keeps the reason of a failure as what is known. */
export async function known<T>(work: Promise<T>): Promise<Known<T>> {
  return work.then(
    (value) => ({ value }),
    (error: Error) => ({ unknown: error.message }),
  )
}
