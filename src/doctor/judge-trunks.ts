import { nearest } from '../flows/nearest.js'
import type { Facts } from './facts.js'
import { type Finding, fault, ok, warning } from './finding.js'
import { listed, sentence } from './words.js'

/** The trunks of the flow files beside PJSIP's endpoints, both ways. */
export function judgeTrunks({ ari, ami, flows }: Facts): readonly Finding[] {
  if ('unknown' in ari || !flows.ok) return []
  const { endpoints } = ari.value
  if ('unknown' in endpoints) {
    const says = `PJSIP's endpoints could not be listed: ${sentence(endpoints.unknown)}`
    return [warning('trunks', says, 'Check that res_ari_endpoints.so is loaded.')]
  }
  const unlisted = 'value' in ami ? ami.value.unlistedTrunks : ami
  const known = new Set([...endpoints.value, ...('value' in unlisted ? unlisted.value : [])])
  const strangers = flows.trunks.filter((trunk) => !known.has(trunk)).map((trunk) => stranger(trunk, known))
  const unnamed = endpoints.value.filter((endpoint) => !flows.trunks.includes(endpoint))
  const found = [...strangers, ...(unnamed.length > 0 ? [unbelieved(unnamed)] : [])]
  return found.length > 0
    ? found
    : [ok('trunks', `PJSIP knows all: ${listed(flows.trunks) || 'none is named'}.`)]
}

function stranger(trunk: string, known: ReadonlySet<string>): Finding {
  const near = nearest(trunk, known)
  const guess = near === undefined ? '' : ` Is ${near} meant?`
  const says = `The flow files name the trunk ${trunk}, and PJSIP has no such endpoint: nothing is ever believed of it.${guess}`
  return fault('trunks', says, 'Name the endpoint\'s section of pjsip.conf under "trunks" in routing.yaml.')
}

function unbelieved(endpoints: readonly string[]): Finding {
  const says = `No flow file names ${listed(endpoints)}: calls from there are believed about nothing.`
  const remedy =
    'That is right for phones and for carriers that you do not trust. For another, name it under "trunks" in ' +
    'routing.yaml, with what it is believed about (trust: [] for nothing, if you want this line to go).'
  return warning('trunks', says, remedy)
}
