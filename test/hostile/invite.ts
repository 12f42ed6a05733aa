import { rawInvite } from '../support/calls.js'
import type { Random } from './random.js'

/** An INVITE in parts that a mutation may change: lines in bytes, without their line end. */
export interface Draft {
  requestUser: Buffer
  from: Buffer
  callId: Buffer
  headers: Buffer[]
  /** What stands between the lines. */
  lineEnd: string
  /** Of the body if not given. */
  contentLength: string | undefined
}

export interface Origin {
  readonly address: string
  readonly port: number
}

/** An ordinary call: one that is decided and refused by its flow, as long as nobody changes it. */
export function draft(random: Random, id: string): Draft {
  return {
    requestUser: Buffer.from(random.pick(['1000', '2000', '+15557654321', 'sales'])),
    from: Buffer.from(
      `"Ada" <sip:+1555${String(random.below(10_000_000)).padStart(7, '0')}@carrier.example>`,
    ),
    callId: Buffer.from(`${id}@hostile`),
    headers: ['X-Note: hello', 'X-VIP: gold', 'User-Agent: lab'].map((line) => Buffer.from(line)),
    lineEnd: '\r\n',
    contentLength: undefined,
  }
}

/** The bytes of a draft. */
export function bytesOf(draft: Draft, id: string, { address, port }: Origin): Buffer {
  const { requestUser, contentLength, ...others } = draft
  const ids = { callId: id, tag: id, branch: `z9hG4bK${id}`, cseq: 1, local: `${address}:${port}` }
  return rawInvite(
    { ...others, to: requestUser, ...(contentLength === undefined ? {} : { contentLength }) },
    ids,
  )
}
