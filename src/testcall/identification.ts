import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'
import { headerName } from '../routing/format.js'
import type { Routing } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import type { CallResult } from './call-observer.js'
import type { SipAnswer } from './user-agent.js'

/** A PJSIP endpoint, and by which addresses it is identified. */
export interface Identified {
  readonly endpoint: string
  /** `127.0.0.2/255.255.255.255`; undefined where no identify section has the endpoint's name. */
  readonly matches: readonly string[] | undefined
}

const ANSWER_MS = 3_000
const MOST_ENDPOINTS = 50

/** What ARI says of PJSIP's endpoints; empty where it says nothing. */
export async function readIdentified(access: AriAccess): Promise<readonly Identified[]> {
  const ari = new AriHttp(access)
  const get = async (path: string) => (await ari.send({ method: 'GET', path }, ANSWER_MS)).body
  try {
    const endpoints = (await get('endpoints/PJSIP')) as readonly { readonly resource: string }[]
    return await Promise.all(
      endpoints.slice(0, MOST_ENDPOINTS).map(async ({ resource: endpoint }): Promise<Identified> => {
        const section = await get(
          `asterisk/config/dynamic/res_pjsip/identify/${encodeURIComponent(endpoint)}`,
        )
        return { endpoint, matches: Array.isArray(section) ? matchesIn(section) : undefined }
      }),
    )
  } catch {
    return []
  } finally {
    ari.stop()
  }
}

function matchesIn(section: readonly { readonly attribute: string; readonly value: string }[]): string[] {
  return section.filter(({ attribute }) => attribute === 'match').map(({ value }) => value)
}

const RELOAD = 'asterisk -rx "module reload res_pjsip_endpoint_identifier_ip.so"'

/**
 * What to do so that PJSIP identifies a caller at this address as a trunk.
 * @param trunks those of the flow files, which are named first
 */
export function howToBeIdentified(
  address: string,
  endpoints: readonly Identified[],
  trunks: readonly string[],
): readonly string[] {
  const named = trunks.flatMap((trunk) => endpoints.filter(({ endpoint }) => endpoint === trunk))
  const known = [...named, ...endpoints.filter((one) => !named.includes(one))]
  const own = known.find(({ matches }) => matches?.some((match) => hostOf(match) === address))
  if (own !== undefined) return [`It is ${own.endpoint} by its address, and must log in with a password.`]
  const isLocal = address.startsWith('127.')
  const near = known.flatMap(({ endpoint, matches = [] }) => {
    const host = matches.map(hostOf).find((one) => one?.startsWith('127.'))
    return host === undefined ? [] : [{ endpoint, host }]
  })[0]
  if (isLocal && near !== undefined) return [`To call as ${near.endpoint}: --local ${near.host}`]
  // With 127.0.0.1, every program of this machine would be the trunk.
  const match = isLocal ? '127.0.0.2' : address
  const trunk = known.find(({ matches }) => matches !== undefined) ?? known[0]
  return [...sectionFor(trunk, match), `then  ${RELOAD}`, `and call with --local ${match}`]
}

function sectionFor(trunk: Identified | undefined, match: string): readonly string[] {
  if (trunk?.matches !== undefined)
    return [
      `To call as ${trunk.endpoint}, add to [${trunk.endpoint}] with type=identify in pjsip.conf:`,
      `  match=${match}`,
      '(in FreePBX: to Match (Permit) of the trunk)',
    ]
  const name = trunk?.endpoint ?? 'NAME'
  return [
    `To call as ${trunk?.endpoint ?? 'the trunk NAME'}, add to pjsip.conf:`,
    ...['[doorman-call]', 'type=identify', `endpoint=${name}`, `match=${match}`].map((line) => `  ${line}`),
  ]
}

/** The address of a match that means one host. */
function hostOf(match: string): string | undefined {
  return /^([^/]+)(?:\/(?:255\.255\.255\.255|32))?$/.exec(match)?.[1]
}

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
  // A proxy may name any trunk.
  const proxyHeader = routing?.trunkFrom.get(trunk) ?? []
  const trusted = claims.filter((claim) => trust?.has(canonicalName(claim))).concat(proxyHeader)
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
