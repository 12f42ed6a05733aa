import type { CallFacts } from '../../routing/types.js'
import type { Verification } from '../../sip/attestation.js'
import { SipHeaders } from '../../sip/headers.js'
import type { ExampleCall } from './example.js'

/** The facts of an example's call, as they would be read from one: `From` and `To` are on every INVITE. */
export function factsOfExample(call: ExampleCall): CallFacts {
  const given = new SipHeaders(call.headers)
  const always = [
    ['From', `<sip:${call.from}@trunk.invalid>`],
    ['To', `<sip:${call.to}@pbx.invalid>`],
  ] as const
  return {
    trunk: call.trunk,
    callerId: { number: call.from, name: call.name },
    dialled: call.to,
    headers: new SipHeaders([...always.filter(([name]) => !given.has(name)), ...call.headers]),
    verification: verificationOf(call.attestation),
    state: call.state,
  }
}

function verificationOf(attestation: ExampleCall['attestation']): Verification | undefined {
  if (attestation === undefined) return undefined
  return attestation === 'failed' ? { attestation: 'A', verified: false } : { attestation, verified: true }
}
