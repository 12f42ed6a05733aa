import type { AmiMessage } from './ami-line.js'
import type { Trace } from './trace.js'

/** The traces of all channels, written from AMI events. Knows no waiting and no asking. */
export class TraceBook {
  readonly #traces = new Map<string, Trace>()

  /** Takes an event over and returns the channel's trace as it is now; undefined for events about no channel. */
  take(event: AmiMessage): Trace | undefined {
    const uniqueId = event.Uniqueid
    if (uniqueId === undefined) return undefined
    const before = this.#traces.get(uniqueId) ?? begin(uniqueId, event)
    const trace = { ...before, ...change(before, event) }
    this.#traces.set(uniqueId, trace)
    return trace
  }

  /** Notes the SIP Call-ID that a channel turned out to have. */
  identify(uniqueId: string, callId: string): Trace | undefined {
    const before = this.#traces.get(uniqueId)
    if (before === undefined) return undefined
    const trace = { ...before, callId }
    this.#traces.set(uniqueId, trace)
    return trace
  }

  /** Oldest first. */
  all(): readonly Trace[] {
    return [...this.#traces.values()]
  }
}

function begin(uniqueId: string, event: AmiMessage): Trace {
  return {
    channel: event.Channel ?? '',
    uniqueId,
    linkedId: event.Linkedid ?? uniqueId,
    callId: undefined,
    caller: event.CallerIDNum ?? '',
    steps: [],
    variables: {},
    hungUp: false,
  }
}

function change(trace: Trace, event: AmiMessage): Partial<Trace> {
  switch (event.Event) {
    case 'Newexten':
      return { steps: [...trace.steps, step(event)] }
    case 'VarSet':
      return {
        variables: {
          ...trace.variables,
          [bareName(event.Variable ?? '')]: unescaped(event.Value ?? ''),
        },
      }
    case 'Hangup':
      return { hungUp: true }
    default:
      return {}
  }
}

function step(event: AmiMessage): Trace['steps'][number] {
  return {
    context: event.Context ?? '',
    extension: event.Extension ?? event.Exten ?? '',
    priority: Number(event.Priority),
    application: event.Application ?? '',
    data: event.AppData ?? '',
  }
}

/** `_X` and `__X` are X, inherited by one and by all further channels. */
function bareName(name: string): string {
  return name.replace(/^__?/, '')
}

const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** Asterisk writes a VarSet value with C escapes, so that a line end in it cannot end the event. */
function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter)
}
