import type { ExampleSource } from '../flows/examples.js'
import { headerName } from '../routing/format.js'
import type { CallRecord } from './recorded-calls.js'

/**
 * A recorded call as an example: it must go where it went, with the same branch and VIP. The rule is left out:
 * a rule may be renamed or split, as long as the call arrives.
 */
export function exampleOfCall(record: CallRecord, name: string | undefined): ExampleSource {
  const { callerId, dialled, trunk, verification, state, at, flow, branch, vip } = record
  return {
    name: name ?? `Call ${record.call} as recorded`,
    call: {
      from: callerId.number,
      to: dialled,
      ...(trunk === null ? {} : { trunk }),
      ...(callerId.name === '' ? {} : { name: callerId.name }),
      ...(record.headers.length === 0 ? {} : { headers: headersOf(record) }),
      ...(verification === null ? {} : { attestation: levelOf(verification) }),
      at,
      ...(state === undefined ? {} : { state }),
    },
    expect: { flow, branch, vip },
  }
}

function headersOf({ headers }: CallRecord): Record<string, string | string[]> {
  const byName = new Map<string, string[]>()
  for (const [name, value] of headers) byName.set(name, [...(byName.get(name) ?? []), value])
  return Object.fromEntries(
    [...byName].map(([name, values]) => [headerName(name), values.length === 1 ? (values[0] ?? '') : values]),
  )
}

/** A token with a level that SHAKEN (RFC 8588) does not know counts as one that did not verify. */
function levelOf({ attestation, verified }: { attestation: string; verified: boolean }) {
  const level = attestation.trim().toUpperCase()
  return verified && (level === 'A' || level === 'B' || level === 'C') ? level : 'failed'
}
