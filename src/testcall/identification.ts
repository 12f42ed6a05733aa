import { type AriAccess, AriHttp } from '../asterisk/ari/http.js'

/** A PJSIP endpoint, and by which addresses it is identified. */
export interface Identified {
  readonly endpoint: string
  /** `127.0.0.2/255.255.255.255`; undefined where no identify section has the endpoint's name. */
  readonly matches: readonly string[] | undefined
}

interface Attribute {
  readonly attribute: string
  readonly value: string
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
        const path = `asterisk/config/dynamic/res_pjsip/identify/${encodeURIComponent(endpoint)}`
        const section = await get(path)
        if (!Array.isArray(section)) return { endpoint, matches: undefined }
        const matches = (section as Attribute[])
          .filter(({ attribute }) => attribute === 'match')
          .map(({ value }) => value)
        return { endpoint, matches }
      }),
    )
  } catch {
    return []
  } finally {
    ari.stop()
  }
}

/** Where ARI says nothing of endpoints. */
const NAMELESS: Identified = { endpoint: 'NAME', matches: undefined }

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
  const rank = ({ endpoint }: Identified) => (trunks.includes(endpoint) ? 0 : 1)
  const known = endpoints.toSorted((a, b) => rank(a) - rank(b))
  const own = known.find((one) => hostsOf(one).includes(address))
  if (own !== undefined) return [`It is ${own.endpoint} by its address, and must log in with a password.`]
  const isLocal = (host: string) => host.startsWith('127.')
  const near = isLocal(address) ? known.find((one) => hostsOf(one).some(isLocal)) : undefined
  if (near !== undefined) return [`To call as ${near.endpoint}: --local ${hostsOf(near).find(isLocal)}`]
  // With 127.0.0.1, every program of this machine would be the trunk.
  const match = isLocal(address) ? '127.0.0.2' : address
  const trunk = known.find(({ matches }) => matches !== undefined) ?? known[0] ?? NAMELESS
  return [...sectionFor(trunk, match), `then  ${RELOAD}`, `and call with --local ${match}`]
}

function sectionFor({ endpoint, matches }: Identified, match: string): readonly string[] {
  if (matches !== undefined)
    return [
      `To call as ${endpoint}, add to [${endpoint}] with type=identify in pjsip.conf:`,
      `  match=${match}`,
      '(in FreePBX: to Match (Permit) of the trunk)',
    ]
  return [
    `To call as ${endpoint}, add to pjsip.conf:`,
    ...['[doorman-call]', 'type=identify', `endpoint=${endpoint}`, `match=${match}`].map(
      (line) => `  ${line}`,
    ),
  ]
}

/** The addresses of matches that mean one host. */
function hostsOf({ matches = [] }: Identified): readonly string[] {
  return matches.flatMap((match) => /^([^/]+)(?:\/(?:255\.255\.255\.255|32))?$/.exec(match)?.[1] ?? [])
}
