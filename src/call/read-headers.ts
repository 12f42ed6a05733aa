import { expressions, isReadableHeaderName, values, variable } from '../asterisk/dialplan/channel-read.js'
import { MOST_KEPT } from '../asterisk/dialplan/dialplan-entry.js'
import { SipHeaders } from '../sip/headers.js'
import type { Ask } from './read.js'

/** The entry context keeps the first two of each name. */
const KEPT_INSTANCES = 2

/**
 * Every header of the call, for a flow function, which may ask for any: those that the entry context kept in
 * variables, and those that the revision had read by name. No header is read by ARI, see channel-read.ts.
 * @throws PbxError, and Error where the entry context kept none.
 */
export async function readAllHeaders(known: SipHeaders, ask: Ask): Promise<SipHeaders> {
  const [listed = ''] = (await ask(expressions([variable('DOORMAN_HEADERS')]))).flatMap(values)
  if (listed === '') throw new Error(NONE_KEPT)
  const names = listed.split(',').slice(0, MOST_KEPT)
  const there = names.flatMap((name, index) => (isReadableHeaderName(name) ? [{ name, at: index + 1 }] : []))
  const kept = (await ask(expressions(there.map(({ at }) => `\${DOORMAN_HEADER_${at}}`)))).flatMap(values)
  const read = there.flatMap(({ name }, index) =>
    kept
      .slice(index * KEPT_INSTANCES, (index + 1) * KEPT_INSTANCES)
      .filter((value) => value !== '')
      .map((value): [string, string] => [name, value]),
  )
  // What was read by name is more: every repeat of it, and whether it is there although it is empty.
  return new SipHeaders([...known.toList(), ...read.filter(([name]) => !known.has(name))])
}

const NONE_KEPT =
  'The entry context keeps no headers, so that the flow function sees only those that the flow files name: ' +
  'the dialplan is of other flow files. Run  doorman dialplan --write FILE'
