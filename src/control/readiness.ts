/** Whether calls can be decided now, for whoever watches Doorman or sends it calls. Tells nothing of any caller. */
export interface Readiness {
  readonly ready: boolean
  readonly ari: LineState
  readonly ami: LineState
  /** True once Doorman was told to stop and only finishes what it has in hand. */
  readonly stopping: boolean
  /** Id of the revision that decides. */
  readonly revision: string
}

export type LineState = 'up' | 'down'

/** What readiness is made of. */
export interface Vitals {
  readonly ari: { readonly isUp: boolean }
  readonly ami: { readonly isUp: boolean }
  readonly isStopping: () => boolean
}

/** Ready is a Doorman with both lines to the PBX, that was not told to stop. */
export function readinessOf({ ari, ami, isStopping }: Vitals, revision: string): Readiness {
  const stopping = isStopping()
  return {
    ready: ari.isUp && ami.isUp && !stopping,
    ...{ ari: state(ari), ami: state(ami), stopping, revision },
  }
}

function state(line: { readonly isUp: boolean }): LineState {
  return line.isUp ? 'up' : 'down'
}
