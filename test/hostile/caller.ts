import { type SipCall, SipUserAgent } from '../../src/testcall/user-agent.js'
import { type RawInvite, rawInvite } from '../support/calls.js'
import type { Origin } from './invite.js'

/** Sends messages from the address of a trunk, and acknowledges whatever final answer comes, so that no call is left. */
export class HostileCaller {
  private constructor(private readonly agent: SipUserAgent) {}

  static async open(address: string, pbxPort: number): Promise<HostileCaller> {
    return new HostileCaller(await SipUserAgent.open(`127.0.0.1:${pbxPort}`, address))
  }

  get origin(): Origin {
    const [address = '', port] = this.agent.local.split(':')
    return { address, port: Number(port) }
  }

  send(bytes: Buffer): void {
    this.agent.send(bytes)
  }

  /** Sends one INVITE and resolves with the status of its final answer; undefined where none came in time. */
  call(bytes: Buffer, callId: string, limitMs: number): Promise<number | undefined> {
    return this.#statusOf(
      this.agent.call({ from: '', to: '', callId: callId.trim(), invite: () => bytes }),
      limitMs,
    )
  }

  /** The same for an INVITE of the caller's own, with its Call-ID. */
  async invite(invite: RawInvite, limitMs: number): Promise<{ callId: string; status: number | undefined }> {
    const call = this.agent.call({ from: '', to: '', invite: (ids) => rawInvite(invite, ids) })
    return { callId: call.callId, status: await this.#statusOf(call, limitMs) }
  }

  close(): void {
    this.agent.close()
  }

  async #statusOf(call: SipCall, limitMs: number): Promise<number | undefined> {
    call.start()
    const limit = setTimeout(() => call.hangUp(), limitMs)
    const answer = await Promise.race([call.answer, call.result.then(() => undefined)])
    clearTimeout(limit)
    return answer?.status
  }
}
