import { EventEmitter } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Exchange } from '../../src/fleet/exchange.js'
import { FleetMember, type MemberParts } from '../../src/fleet/member.js'
import { newKeys } from '../../src/fleet/orders.js'
import type { LogFields } from '../../src/lib/log.js'
import { FakeDoorman, loaded } from '../revisions/fakes.js'

/** Ids of revisions; their files hold their name. */
export const [A, B, C] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const
export const filesOf = (id: string) => new Map([['name', id]])
export const keys = newKeys()

/** A PBX of a fleet: a fake Doorman with the real revisions and the real fleet part. */
export class FakeMember {
  readonly lines: string[] = []
  readonly #calls = new EventEmitter()
  #member: FleetMember | undefined
  #exchange: Exchange | undefined

  private constructor(
    readonly name: string,
    readonly doorman: FakeDoorman,
    readonly data: string,
    readonly parts: Partial<MemberParts>,
  ) {}

  /** @param parts of the fake Doorman, as what its checks say */
  static async start(
    name: string,
    exchange: Exchange,
    {
      ring = 'rest',
      doorman,
      ...parts
    }: Partial<MemberParts> & { doorman?: Parameters<FakeDoorman['start']>[0] } = {},
  ): Promise<FakeMember> {
    const fake = new FakeDoorman()
    fake.folder = loaded(A)
    await fake.start(doorman)
    const data = await mkdtemp(join(tmpdir(), 'doorman-member-'))
    const member = new FakeMember(name, fake, data, { ring, ...parts })
    await member.join(exchange)
    return member
  }

  /** Starts the fleet part, as after a restart of Doorman. */
  async join(exchange: Exchange): Promise<void> {
    this.#exchange = exchange
    const { name, doorman, data, lines } = this
    const log = (message: string, fields?: LogFields) => void lines.push(`${fields?.event}: ${message}`)
    this.#member = new FleetMember({
      ...{
        name,
        ring: 'rest',
        exchange,
        publicKey: keys.publicKey,
        data,
        version: '1',
        revisions: doorman.revisions,
      },
      log: { error: log, warn: log, info: log, debug: log },
      store: { revisions: async () => [...doorman.entries], findCalls: async () => [] },
      ...{ isReady: () => true, isDrained: () => false, activeCalls: () => 0, shown: (call: object) => call },
      listen: (listener) => {
        this.#calls.on('call', listener)
        return () => void this.#calls.off('call', listener)
      },
      ...this.parts,
    })
    await this.#member.start()
  }

  get member(): FleetMember {
    if (this.#member === undefined) throw new Error('not started')
    return this.#member
  }

  get deciding(): string {
    return this.doorman.deciding
  }

  call(outcome = 'routed', ms = 2): void {
    this.#calls.emit('call', { at: new Date().toISOString(), call: '1700000000.1', outcome, ms })
  }

  /** Ends the fleet part, as where Doorman ends. */
  async leave(): Promise<void> {
    await this.member.stop()
    await this.#exchange?.stop()
  }

  async stop(): Promise<void> {
    await this.leave()
    await rm(this.data, { recursive: true })
  }
}
