import {
  expressions,
  header,
  isReadableHeaderName,
  MAX_REPEATS,
  values,
  variable,
} from '../asterisk/channel-read.js'
import { SipHeaders } from '../sip/headers.js'
import type { Ask } from './read.js'

/** A message may have more headers than anybody reads; a function sees this many of them. */
const MAX_HEADERS = 250

/**
 * Headers of the SIP RFCs that an INVITE may well have. Names that begin with X or P are listed by the entry context
 * (see dialplan.ts), which alone may ask Asterisk for a list.
 */
const USUAL = [
  'Accept Accept-Contact Accept-Language Alert-Info Allow Allow-Events Authorization Call-ID Call-Info Contact',
  'Content-Length Content-Type CSeq Date Diversion Expires From Geolocation History-Info Identity In-Reply-To',
  'Max-Forwards Min-SE MIME-Version Organization Priority Privacy Proxy-Authorization Reason Record-Route',
  'Referred-By Reject-Contact Remote-Party-ID Replaces Reply-To Request-Disposition Require Resource-Priority Route',
  'Server Session-Expires Session-ID Subject Supported Timestamp To User-Agent User-to-User Via Warning',
].flatMap((line) => line.split(' '))

/**
 * Every header of the call, for a flow function, which may ask for any: the usual ones, those that the entry context
 * listed, and those that the revision had read by name.
 * @throws PbxError
 */
export async function readAllHeaders(known: SipHeaders, ask: Ask): Promise<SipHeaders> {
  const [listed = ''] = (await ask(expressions([variable('DOORMAN_HEADERS')]))).flatMap(values)
  const wanted = instances([...USUAL, ...listed.split(',')])
  const found = (await ask(expressions(wanted.map(({ name, count }) => header(name, count))))).flatMap(values)
  const read = wanted
    .map(({ name }, index): [string, string] => [name, found[index] ?? ''])
    .filter(([, value]) => value !== '')
  const all = new SipHeaders(read)
  return new SipHeaders([...read, ...known.toList().filter(([name]) => !all.has(name))])
}

/** Names as listed, repeats included → each with its number among its like. */
function instances(names: readonly string[]): { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  const wanted: { name: string; count: number }[] = []
  for (const name of names.filter(isReadableHeaderName).slice(0, MAX_HEADERS)) {
    const count = (counts.get(name.toLowerCase()) ?? 0) + 1
    counts.set(name.toLowerCase(), count)
    if (count <= MAX_REPEATS) wanted.push({ name, count })
  }
  return wanted
}
