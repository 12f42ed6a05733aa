/** How one call went, as the caller's side saw it. */
export interface CallResult {
  /** The SIP Call-ID: the same call has it on the PBX (`CHANNEL(pjsip,call-id)`). */
  readonly callId: string
  /** The final SIP status; undefined where the PBX never gave one. */
  readonly status: number | undefined
  /** From the INVITE to its final answer, by SIPp's own clock (microseconds), after any login. */
  readonly ms: number | undefined
  /** Who sent BYE; undefined where the call was not answered. */
  readonly hungUpBy: 'caller' | 'pbx' | undefined
  /** First lines in order, `>` sent by the caller, `<` received: for a test that wants to see more, or to complain. */
  readonly messages: readonly string[]
}

/** A line of SIPp's short message trace: tab-separated date, time, epoch seconds, S or R, Call-ID, CSeq, first line. */
interface TracedMessage {
  readonly at_ms: number
  readonly sent: boolean
  readonly callId: string
  readonly cseq: number
  readonly method: string
  readonly firstLine: string
}

/** The calls of a short message trace, in the order in which they began. */
export function readCalls(trace: string): readonly CallResult[] {
  const calls = new Map<string, TracedMessage[]>()
  for (const message of trace.split('\n').flatMap(parseLine)) {
    calls.set(message.callId, [...(calls.get(message.callId) ?? []), message])
  }
  return [...calls].map(([callId, messages]) => callResult(callId, messages))
}

function parseLine(line: string): readonly TracedMessage[] {
  const [, , epoch, direction, callId, cseq, firstLine] = line.split('\t')
  const [, number, method] = /^CSeq:\s*(\d+)\s+(\S+)/i.exec(cseq ?? '') ?? []
  if (callId === undefined || firstLine === undefined || method === undefined) return []
  const message = {
    at_ms: Number(epoch) * 1_000,
    sent: direction === 'S',
    callId,
    cseq: Number(number),
    method,
  }
  return [{ ...message, firstLine: firstLine.trim() }]
}

function callResult(callId: string, messages: readonly TracedMessage[]): CallResult {
  // After a login there are two INVITEs: the last one is the one that counts.
  const invites = messages.filter((message) => message.sent && message.firstLine.startsWith('INVITE '))
  const cseq = invites.at(-1)?.cseq
  const invite = invites.find((message) => message.cseq === cseq)
  const final = messages.find(
    (message) => message.method === 'INVITE' && message.cseq === cseq && statusOf(message) >= 200,
  )
  const bye = messages.find((message) => message.firstLine.startsWith('BYE '))
  return {
    callId,
    status: final === undefined ? undefined : statusOf(final),
    ms: final === undefined || invite === undefined ? undefined : final.at_ms - invite.at_ms,
    hungUpBy: bye === undefined ? undefined : bye.sent ? 'caller' : 'pbx',
    messages: messages.map((message) => `${message.sent ? '>' : '<'} ${message.firstLine}`),
  }
}

/** 0 for what is not an answer to us. */
function statusOf(message: TracedMessage): number {
  return message.sent ? 0 : Number(/^SIP\/2\.0 (\d{3})/.exec(message.firstLine)?.[1] ?? 0)
}
