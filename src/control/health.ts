/** Whether calls can be decided now. Holds nothing about a caller: it is served without a token. */
export interface Readiness {
  readonly ready: boolean
  readonly ari: ConnectionState
  readonly ami: ConnectionState
  /** Doorman was told to stop and only finishes active calls. */
  readonly stopping: boolean
  /** Id of the active revision. */
  readonly revision: string
  /** What keeps calls from being continued, or from being decided on all their facts; in sentences. */
  readonly problems: readonly string[]
}

export type ConnectionState = 'up' | 'down'

export interface Vitals {
  readonly ari: { readonly isUp: boolean; readonly problems: readonly string[] }
  readonly ami: { readonly isUp: boolean }
  readonly isStopping: () => boolean
}

export function readinessOf({ ari, ami, isStopping }: Vitals, revision: string): Readiness {
  const stopping = isStopping()
  const ready = ari.isUp && ami.isUp && !stopping
  return { ready, ari: stateOf(ari), ami: stateOf(ami), stopping, revision, problems: ari.problems }
}

function stateOf(connection: { readonly isUp: boolean }): ConnectionState {
  return connection.isUp ? 'up' : 'down'
}
