/**
 * What the publisher says to PBXs, signed with Ed25519. A PBX takes only what the publisher has signed; the exchange
 * delivers it, and need not be trusted.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import * as z from 'zod'

const hash = z.string().regex(/^[0-9a-f]{64}$/)
const name = z.string().min(1).max(100)

/** What is in each order. */
const about = {
  /** At least `at`, and counts up through all orders of a fleet: an older one is not taken. */
  sequence: z.int().positive(),
  /** Milliseconds since 1970, as `expires`. */
  at: z.int(),
  /** From then on no PBX takes it that has not taken it. */
  expires: z.int(),
  by: z.string().max(100),
}

/** Flow files, as an order names them. */
const content = z.strictObject({
  /** SHA-256 of what the exchange holds, in hex. */
  files: hash,
  /** `Revision.id` */
  revision: z.string().regex(/^[0-9a-f]{12}$/),
})

const revisionOrder = z.strictObject({
  ...about,
  kind: z.literal('revision'),
  ring: name,
  /** Null brings back what decided before there was a fleet. */
  content: content.nullable(),
  /** A rollback is not held up by a limit of change. */
  isRollback: z.boolean(),
  /** The push that goes on with the other rings, each watched for so long but the last. */
  push: z.strictObject({ rings: z.array(name).readonly(), holdMs: z.int() }).optional(),
  /** What stopped the push that is rolled back. */
  why: z.string().max(500).optional(),
  /** The largest share of recorded calls that may move, from 0 to 1. */
  maxChange: z.number().min(0).max(1).optional(),
  /** What the ring had before, the newest last. */
  earlier: z.array(content).max(20).readonly(),
})

const overrideOrder = z.strictObject({
  ...about,
  kind: z.literal('override'),
  /** A PBX, or `all`. */
  pbx: name,
  hours: z.string().regex(/^[a-z0-9_-]{1,40}$/),
  state: z.enum(['open', 'closed', 'end']),
  /** As `doorman override --until` takes it, seen from `at` and in the zone of the hours. */
  until: z.string().max(100),
  why: z.string().max(200),
})

/** Which recorded call a PBX is asked about. */
const question = z.strictObject({
  ...about,
  kind: z.literal('question'),
  pbx: name,
  call: z.string().max(200),
})

const order = z.discriminatedUnion('kind', [revisionOrder, overrideOrder, question])
const envelope = z.strictObject({ order: z.string(), signature: z.string() })

export type Content = z.output<typeof content>
export type RevisionOrder = z.output<typeof revisionOrder>
export type OverrideOrder = z.output<typeof overrideOrder>
export type Order = z.output<typeof order>

/** An order that is not taken; the message says why. */
export class OrderRefusal extends Error {}

/** @param key of the publisher, as `newKeys` makes it */
export function signOrder(text: Order, key: string): string {
  const body = JSON.stringify(order.parse(text))
  return JSON.stringify({
    order: body,
    signature: sign(null, Buffer.from(body), privateKey(key)).toString('base64'),
  })
}

/**
 * The order in a signed text, where it is one of this kind and goes on.
 * @param key the public key of the publisher
 * @param now 0 where the order may have expired
 * @throws OrderRefusal
 */
export function readOrder<Kind extends Order['kind']>(
  kind: Kind,
  text: string,
  key: string,
  now: number,
): Extract<Order, { kind: Kind }> {
  const { order: body, signature } = parsed(envelope, text)
  if (!verify(null, Buffer.from(body), publicKey(key), Buffer.from(signature, 'base64')))
    throw new OrderRefusal('its signature is not that of the publisher')
  const read = parsed(order, body)
  if (read.kind !== kind) throw new OrderRefusal(`it is a ${read.kind}, and not a ${kind}`)
  const expired = expiryProblem(read, now)
  if (expired !== undefined) throw new OrderRefusal(expired)
  return read as Extract<Order, { kind: Kind }>
}

/** Undefined where the order goes on. */
export function expiryProblem({ expires }: Order, now: number): string | undefined {
  return expires <= now ? `it expired at ${new Date(expires).toISOString()}` : undefined
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new OrderRefusal('it is damaged, or of another version of Doorman')
  }
}

/** A pair of keys of a publisher, each one line of Base64 (DER). */
export function newKeys(): { readonly publicKey: string; readonly privateKey: string } {
  const pair = generateKeyPairSync('ed25519')
  const text = (der: Buffer) => der.toString('base64')
  return {
    publicKey: text(pair.publicKey.export({ format: 'der', type: 'spki' })),
    privateKey: text(pair.privateKey.export({ format: 'der', type: 'pkcs8' })),
  }
}

/** The public key that belongs to a private one. */
export function publicKeyOf(key: string): string {
  return createPublicKey(privateKey(key)).export({ format: 'der', type: 'spki' }).toString('base64')
}

function privateKey(key: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'pkcs8' })
}

function publicKey(key: string): KeyObject {
  return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
}
