/** The calls of the bench: caller, callee, headers, and the flow that each call must reach. */

/** What the caller sends in one INVITE. Every call carries all six headers that the job reads. */
export interface OfferedCall {
  readonly caller: string
  readonly callee: string
  readonly xVip: string
  readonly xAccount: string
  readonly diversion: string
  readonly landing: Landing
}

/** What the flow's context says of a call: its own name, and the channel variables. */
export interface Landing {
  readonly context: string
  readonly flow: string
  readonly rule: string
  readonly branch: string
}

export const NORTH = '+15557654321'
const SOUTH = '+15557650000'

export const FLOWS = { vip_support_flow: 'bench-vip', general_support_flow: 'bench-general' } as const
export type FlowName = keyof typeof FLOWS

export const RULES = { vip: 'VIP callers', old: 'Old accounts of the north' } as const
/** `DOORMAN_RULE` of a call that no rule matches. */
export const NO_RULE = 'otherwise'
export const BRANCHES = { north: 'North Branch', south: 'South Branch' } as const

/** VIP numbers and those of others never meet. */
export const vipNumber = (at: number): string => `+1555${String(at).padStart(7, '0')}`
const otherNumber = (at: number): string => `+1555${String(9_000_000 + (at % 100_000)).padStart(7, '0')}`

/**
 * The call with this number. Four kinds in turn: a VIP by number, a VIP by header, an old account of the north,
 * and one that no rule matches.
 */
export function callAt(at: number, vips: number): OfferedCall {
  const kind = at % 4
  const caller = kind === 0 ? vipNumber((at * 7_919) % vips) : otherNumber(at)
  const callee = kind % 2 === 0 ? NORTH : SOUTH
  return {
    caller,
    callee,
    xVip: kind === 1 ? 'gold' : 'standard',
    xAccount:
      kind === 2 ? `9${String(at % 10_000).padStart(4, '0')}` : `1${String(at % 10_000).padStart(4, '0')}`,
    diversion: otherNumber(at + 1),
    landing: landingOf(kind),
  }
}

function landingOf(kind: number): Landing {
  const branch = kind % 2 === 0 ? BRANCHES.north : BRANCHES.south
  if (kind < 2) return landing('vip_support_flow', RULES.vip, branch)
  return landing('general_support_flow', kind === 2 ? RULES.old : NO_RULE, branch)
}

function landing(flow: FlowName, rule: string, branch: string): Landing {
  return { context: FLOWS[flow], flow, rule, branch }
}

/** A landing as the contexts of the flows write it into the 200. */
export function landingText({ context, flow, rule, branch }: Landing): string {
  return [context, flow, rule, branch].join('/')
}
