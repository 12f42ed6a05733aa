import { headerName } from '../routing/format.js'
import type { Routing } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { CallResult } from './call-observer.js'
import type { SipAnswer } from './user-agent.js'

type Header = readonly [name: string, value: string]

/** Headers that would make any call a VIP call, and name another caller. */
export function forgedHeaders(from: string, routing: Routing | undefined): readonly Header[] {
  const vip = [...(routing?.vip.headers ?? [])].map(([name, values]): Header => {
    return [headerName(name), [...values][0] ?? '']
  })
  return [...vip, ['P-Asserted-Identity', `<sip:${from}@pbx.invalid>`]]
}

export interface ForgedCall {
  /** The address that it came from. */
  readonly address: string
  readonly headers: readonly Header[]
  readonly routing: Routing | undefined
  readonly sipAnswer: SipAnswer | undefined
  readonly result: CallResult | undefined
}

export interface Verdict {
  readonly verdict: 'refused' | 'not_trusted' | 'trusted'
  readonly says: string
}

/**
 * Whether the PBX took the call for one of a trunk that is trusted for what the call claims; undefined where it
 * neither reached a flow nor was refused for its address.
 */
export function verdictOn({ address, headers, routing, sipAnswer, result }: ForgedCall): Verdict | undefined {
  if (result === undefined) {
    const { status = 0, reason } = sipAnswer ?? {}
    if (!isUnidentified(status)) return undefined
    return { verdict: 'refused', says: `OK: the PBX refuses a call from ${address} (${status} ${reason}).` }
  }
  const trunk = result.trunk ?? 'no endpoint'
  const trust = routing?.trust.get(trunk)
  const claims = ['caller_number', ...headers.map(([name]) => name)]
  const trusted = claims.filter((claim) => trust?.has(canonicalName(claim)))
  if (trusted.length === 0 && !result.vip) {
    const says = `OK: the PBX takes ${address} for ${trunk}, which is not trusted for ${claims.join(', ')}.`
    return { verdict: 'not_trusted', says }
  }
  const says =
    `TRUSTED: the PBX takes ${address} for ${trunk}, which is trusted for ${trusted.join(', ') || 'a VIP'}. ` +
    `Look at match in the identify section of ${trunk}, and at "trunks" in routing.yaml.`
  return { verdict: 'trusted', says }
}

/** How PJSIP answers a caller that it cannot identify, or that has no password. */
export function isUnidentified(status: number): boolean {
  return [401, 403, 407].includes(status)
}
