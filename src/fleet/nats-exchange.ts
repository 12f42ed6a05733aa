/**
 * NATS JetStream as the exchange, from nats-server 2.9.10 on. A key is a subject of a stream that keeps the last message
 * of each, and `orders/rest` is `doorman.orders.rest`. Everything lies at the hub; through a leaf node its API is reached
 * by the name of its domain. What a PBX may publish is in the configuration that `doorman fleet init` writes.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DeliverPolicy, type JetStreamClient, jetstream } from '@nats-io/jetstream'
import { connect, type Msg, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node'
import { pause, within } from '../lib/waiting.js'
import type { Changed, Exchange, ExchangeAccess, Key } from './exchange.js'

const HUB_DOMAIN = 'hub'
/** What changes every few seconds lies apart. On disk, too: after a restart a hub without it would know some PBXs only. */
const [LASTING, STATUS] = ['doorman', 'doorman-status'] as const
const DAY_NS = 86_400_000_000_000
/** What a PBX remembers of a caller is deleted after so long, even if no PBX deletes it. */
const KEPT_DAYS = 400
/** A PBX that is away for longer is not listed; an order expires in as many, unless it is told otherwise. */
const STATUS_KEPT_DAYS = 90

const TIMEOUT_MS = 3_000
/** After a restart of the hub all PBXs connect at once. */
const CONNECT_MS = 10_000
/** How often the hub is asked whether it is there: behind a leaf node the connection does not tell. */
const PROBE_MS = 3_000
/** nats-server takes messages of 1 MB unless it is told otherwise. */
const CHUNK = 512 * 1024

/** What some errors of the client and of nats-server mean in a fleet; the first that fits. */
const MEANINGS: readonly (readonly [error: RegExp, meaning: string])[] = [
  [/^stream not found/, 'the hub has no streams yet: run  doorman fleet status  at the publisher'],
  [/^jetstream is not enabled/, 'the leaf node does not reach the hub, or the hub has no JetStream'],
  [/^nkeys: /, 'DOORMAN_FLEET_SEED is damaged'],
  [/ Violation/, 'nats-server does not know this DOORMAN_FLEET_SEED, or as that of another machine'],
  [/ altnames/, 'the certificate of the hub is for another name than DOORMAN_FLEET has'],
  [/certificate/, 'the certificate of the hub is not the one of DOORMAN_FLEET_CA'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of the hub is not known here'],
]

interface Watch {
  readonly subject: string
  readonly changed: Changed
  /** Resolves once the values that were there at first were told. */
  readonly listed: PromiseWithResolvers<void>
  stop: () => void
}

export class NatsExchange implements Exchange {
  readonly #watches = new Set<Watch>()
  readonly #stopped = new AbortController()
  readonly #running: Promise<void>
  #connection: NatsConnection | undefined
  #js: JetStreamClient | undefined
  #reply: ((question: string) => Promise<string>) | undefined
  #isUp = false
  #problem = ''

  constructor(
    private readonly access: ExchangeAccess,
    private readonly probeMs = PROBE_MS,
  ) {
    this.#running = this.#run()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get problem(): string {
    return this.#problem
  }

  async put(key: Key, value: string): Promise<void> {
    // Its client would keep what cannot be sent now.
    if (key.startsWith('live/')) return void (this.#isUp && this.#connection?.publish(subjectOf(key), value))
    await this.#client().publish(subjectOf(key), value, { timeout: TIMEOUT_MS, retries: 0 })
  }

  async watch(prefix: Key, changed: Changed, ended?: AbortSignal): Promise<void> {
    const listed = Promise.withResolvers<void>()
    const watch: Watch = { subject: `${subjectOf(prefix)}>`, changed, listed, stop: () => undefined }
    this.#watches.add(watch)
    ended?.addEventListener('abort', () => {
      this.#watches.delete(watch)
      watch.stop()
      listed.resolve()
    })
    // A hub that has just gone, and is back before it is missed: all watches begin again.
    if (this.#isUp)
      await this.#begin(watch).catch(() => {
        this.#isUp = false
      })
    await listed.promise
    ended?.throwIfAborted()
  }

  async putContent(name: string, content: Uint8Array): Promise<void> {
    const js = this.#client()
    const subject = subjectOf(`files/${name}`)
    const { streams } = await js.jetstreamManager(false)
    const { state } = await streams.info(LASTING, { subjects_filter: `${subject}.>` })
    // Chunks that a longer content left behind become empty.
    const before = Object.keys(state.subjects ?? {}).length * CHUNK
    for (let at = 0; at === 0 || at < Math.max(content.length, before); at += CHUNK)
      await js.publish(`${subject}.${at}`, content.subarray(at, at + CHUNK))
  }

  async getContent(name: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    const read = Promise.withResolvers<void>()
    const watch = await this.#consume(`${subjectOf(`files/${name}`)}.>`, ({ data }, left) => {
      parts.push(data.slice())
      if (left === 0) read.resolve()
    })
    try {
      if (watch.pending === 0) throw new Error(`the hub has no files ${name.slice(0, 60)}`)
      await within(TIMEOUT_MS * 10, `files ${name}`, read.promise)
    } finally {
      watch.stop()
    }
    return Buffer.concat(parts)
  }

  async ask(pbx: string, question: string, timeoutMs: number): Promise<string> {
    if (this.#connection === undefined) throw new Error('NATS is not connected')
    const answer = await this.#connection.request(`doorman.ask.${pbx}`, question, { timeout: timeoutMs })
    return answer.string()
  }

  answer(reply: (question: string) => Promise<string>): void {
    this.#reply = reply
    if (this.#connection !== undefined) this.#answerOn(this.#connection)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#connection?.close()
    await this.#running
  }

  #client(): JetStreamClient {
    if (this.#js === undefined) throw new Error(`NATS is not connected: ${this.access.address}`)
    return this.#js
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        await this.#connect()
        await this.#probe()
      } catch (error) {
        this.#isUp = false
        const { message } = error as Error
        this.#problem = MEANINGS.find(([pattern]) => pattern.test(message))?.[1] ?? message
      }
      await pause(this.probeMs, signal)
    }
    await this.#connection?.close()
  }

  /** A connection is made once, and goes on by itself. */
  async #connect(): Promise<void> {
    if (this.#connection !== undefined) return
    const { address, name, seed, ca } = this.access
    const connection = await connect({
      ...{ servers: address, name: `doorman ${name}`, timeout: CONNECT_MS, inboxPrefix: `_INBOX_${name}` },
      ...{ maxReconnectAttempts: -1, ignoreAuthErrorAbort: true },
      ...(seed === undefined ? {} : { authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
      ...(ca === undefined ? {} : { tls: { ca: readCertificate(ca) } }),
    })
    // The prefix of the API is part of these options afterwards: they are not for two connections.
    this.#js = jetstream(connection, { domain: HUB_DOMAIN, timeout: TIMEOUT_MS })
    this.#connection = connection
    this.#answerOn(connection)
  }

  /** After a hub that was away everything is told again. */
  async #probe(): Promise<void> {
    const { streams } = await this.#client().jetstreamManager(false)
    if (this.access.name === 'publisher') {
      const add = (name: string, kinds: readonly string[], days: number) => {
        const subjects = kinds.map((kind) => `doorman.${kind}.>`)
        return streams.add({ name, subjects, max_msgs_per_subject: 1, max_age: days * DAY_NS })
      }
      await add(LASTING, ['orders', 'overrides', 'memory', 'tables', 'files'], KEPT_DAYS)
      await add(STATUS, ['status'], STATUS_KEPT_DAYS)
    }
    await streams.info(LASTING)
    if (this.#isUp) return
    for (const watch of this.#watches) await this.#begin(watch)
    this.#isUp = true
    this.#problem = ''
  }

  async #begin(watch: Watch): Promise<void> {
    watch.stop()
    const { pending, stop } = await this.#consume(watch.subject, ({ subject, data }, left) => {
      watch.changed(keyOf(subject), new TextDecoder().decode(data))
      if (left === 0) watch.listed.resolve()
    })
    watch.stop = stop
    // It was ended meanwhile.
    if (!this.#watches.has(watch)) stop()
    if (pending === 0) watch.listed.resolve()
  }

  /** The last message of each subject, and those to come; `left` counts down to the last that is there now. */
  async #consume(
    subject: string,
    take: (message: { readonly subject: string; readonly data: Uint8Array }, left: number) => void,
  ) {
    if (subject.startsWith('doorman.live.')) return { pending: 0, stop: this.#subscribe(subject, take) }
    const stream = subject.startsWith('doorman.status.') ? STATUS : LASTING
    const options = { filter_subjects: subject, deliver_policy: DeliverPolicy.LastPerSubject }
    const consumer = await this.#client().consumers.getPushConsumer(stream, options)
    const pending = (await consumer.info(true)).num_pending
    let left = pending
    const messages = await consumer.consume({ callback: (message) => take(message, --left) })
    return { pending, stop: () => messages.stop() }
  }

  /** Without a stream: what has no subscriber does not leave the leaf node. */
  #subscribe(subject: string, take: (message: Msg, left: number) => void): () => void {
    const callback = (error: Error | null, message: Msg) => void (error === null && take(message, 0))
    const subscription = this.#connection?.subscribe(subject, { callback })
    return () => subscription?.unsubscribe()
  }

  #answerOn(connection: NatsConnection): void {
    const reply = this.#reply
    if (reply === undefined) return
    connection.subscribe(`doorman.ask.${this.access.name}`, {
      callback: (error, message) => {
        if (error !== null) return
        // The connection may be closed by then.
        reply(message.string())
          .then((answer) => message.respond(answer))
          .catch(() => undefined)
      },
    })
  }
}

/** @throws Error that names the setting; the client would pass over a file without a certificate. */
function readCertificate(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    new X509Certificate(pem)
    return pem
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    const why = syscall === undefined ? 'is no PEM file' : `cannot be read (${code})`
    throw new Error(`DOORMAN_FLEET_CA: ${file} ${why}`)
  }
}

function subjectOf(key: string): string {
  return `doorman.${key.replaceAll('/', '.')}`
}

function keyOf(subject: string): Key {
  return subject.slice('doorman.'.length).replaceAll('.', '/') as Key
}
