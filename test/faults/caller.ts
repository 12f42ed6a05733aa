import { SipUserAgent } from '../../src/testcall/user-agent.js'
import { runCall } from '../support/calls.js'

/** What one caller of many does. */
export interface RapidCallPlan {
  readonly from: string
  readonly to: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** How long the caller stays when answered, before it hangs up; 200 ms by default. */
  readonly holdMs?: number
  /** How long it waits for a final answer before it cancels; 10 s by default. */
  readonly limitMs?: number
}

/** What became of a call, as its caller saw it. */
export interface RapidCallReport {
  readonly callId: string
  /** When the first INVITE went out, by `performance.now()`. */
  readonly begunAt: number
  /** The final answer; undefined where none came within the limit. */
  readonly status: number | undefined
  /** Whether the PBX ever answered, if only by 100 Trying. */
  readonly isTaken: boolean
  /** From the INVITE that the PBX took to its final answer, or to the limit. */
  readonly waitMs: number
  /** The same from the first INVITE, which may have been lost on its way or thrown away by a busy PBX. */
  readonly waitFromFirstMs: number
  /** The PBX ended the answered call before the caller did. */
  readonly isCutShort: boolean
}

/** Thousands of callers on one socket, each with a report of its own. */
export class RapidCaller {
  private constructor(private readonly agent: SipUserAgent) {}

  /** @param from the address to send from: `127.0.0.2` is carrier-a of the sample trunks */
  static async open({ from, port }: { from: string; port: number }): Promise<RapidCaller> {
    return new RapidCaller(await SipUserAgent.open(`127.0.0.1:${port}`, from))
  }

  /** Places a call and resolves when it is over, at the latest a little after its limit. Never rejects. */
  async call({ holdMs, limitMs, ...parts }: RapidCallPlan): Promise<RapidCallReport> {
    const call = this.agent.call(parts)
    const timing = {
      ...(holdMs === undefined ? {} : { hold_ms: holdMs }),
      ...(limitMs === undefined ? {} : { patience_ms: limitMs }),
    }
    const { sentAt, taken, answer, cancelledAt, endedAt, hungUpBy } = await runCall(call, timing)
    const [begunAt = 0] = sentAt
    const until = cancelledAt ?? answer?.at ?? endedAt
    return {
      ...{ callId: call.callId, begunAt, isTaken: taken !== undefined, isCutShort: hungUpBy === 'pbx' },
      status: cancelledAt === undefined ? answer?.status : undefined,
      waitMs: until - (sentAt[taken ?? 0] ?? begunAt),
      waitFromFirstMs: until - begunAt,
    }
  }

  close(): void {
    this.agent.close()
  }
}
