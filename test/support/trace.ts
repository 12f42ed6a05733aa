/** One step of the dialplan, as the PBX says it executed it (AMI event Newexten). */
export interface DialplanStep {
  readonly context: string
  readonly extension: string
  readonly priority: number
  readonly application: string
  /** The application's arguments after substitution of variables. */
  readonly data: string
}

/** What the PBX has told of one channel so far. */
export interface Trace {
  readonly channel: string
  readonly uniqueId: string
  readonly linkedId: string
  /** The SIP Call-ID; undefined on a channel that is not PJSIP, or that was gone before it could be asked. */
  readonly callId: string | undefined
  /** Caller number as Asterisk has it. */
  readonly caller: string
  readonly steps: readonly DialplanStep[]
  /** Last value of each variable that was set on the channel, names without the `_` of inheritance. */
  readonly variables: Readonly<Record<string, string>>
  readonly hungUp: boolean
}

/** Where a call ended up, in the words of the PBX. */
export interface Landing {
  readonly channel: string
  readonly uniqueId: string
  readonly callId: string | undefined
  readonly context: string
  readonly extension: string
  /** Contexts in the order in which they were entered, the landing's and what came after it included. */
  readonly path: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  /** What the applications of the landing's context were given, so far. */
  readonly appData: readonly string[]
}

/** Contexts that a call passes on its way: the trunk's, and Doorman's own. */
function isOnTheWay(context: string): boolean {
  return context === 'from-trunk' || context.startsWith('doorman')
}

const DOORS = ['doorman-go', 'doorman-fallback']

/**
 * The first flow context that the call entered after Doorman's hand-over or fallback context; or the fallback
 * context itself where the call hung up in it. Undefined while it is on its way, and for one that never got there.
 */
export function landingOf(trace: Trace): Landing | undefined {
  const door = trace.steps.findIndex((step) => DOORS.includes(step.context))
  if (door < 0) return undefined
  const after = trace.steps.slice(door)
  const flow = after.find((step) => !isOnTheWay(step.context))
  const fallback = trace.hungUp ? after.findLast((step) => step.context === 'doorman-fallback') : undefined
  const at = flow ?? fallback
  return at === undefined ? undefined : landing(trace, at)
}

function landing(trace: Trace, at: DialplanStep): Landing {
  const { channel, uniqueId, callId, variables } = trace
  const appData = trace.steps.filter((step) => step.context === at.context).map((step) => step.data)
  return {
    channel,
    uniqueId,
    callId,
    context: at.context,
    extension: at.extension,
    path: pathOf(trace),
    variables,
    appData,
  }
}

/** The contexts in order, each once for every time it was entered. */
export function pathOf(trace: Trace): readonly string[] {
  return trace.steps.map((step) => step.context).filter((context, at, all) => context !== all[at - 1])
}
