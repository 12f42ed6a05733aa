import type { FinalDecision } from '../flows/final-decision.js'
import type { CallerMemory } from '../memory/caller-memory.js'
import type { MemoryPolicy, State, StateValue } from '../routing/types.js'
import type { MemoryValue } from '../store/callers.js'
import type { ActiveCall } from './active-call.js'
import type { MessageHandler } from './messages.js'

/** Longer texts are not kept, so that the memory of a caller stays small. */
const MOST_CHARACTERS = 64

/** Remembers a decided call of a caller who may be remembered, and the keys of its state that `memory` keeps. */
export function rememberCall(call: ActiveCall, final: FinalDecision | undefined, memory: CallerMemory): void {
  const { revision, at } = call
  const policy = revision.routing.memory
  if (policy === undefined || final?.decision.remembers !== true) return
  const values = keptValues(final.state, policy.keep)
  const { callerNumber: caller } = final.decision
  memory.add({ caller, at: at.getTime(), forMs: policy.forMs, call: call.id, values })
}

/**
 * Takes `Gosub(doorman-remember,s,1(agent))`. The caller is the one that Doorman found on this channel or on the one that
 * dialled it, and counts only if Doorman said so itself: DOORMAN_CALLER alone may be a forged number.
 */
export function rememberMessage(
  memory: CallerMemory,
  policy: () => MemoryPolicy | undefined,
  now: () => Date,
): MessageHandler {
  return ([caller = '', remembers, key = '', value = '', ...more]) => {
    const { keep, forMs } = policy() ?? {}
    if (keep === undefined || forMs === undefined) return 'the flow files have no "memory".'
    if (!keep.has(key)) return `"keep" of "memory" does not name "${key}".`
    if (more.length > 0) return 'a value has letters, digits and ._+- only.'
    if (value === '') return `DOORMAN_REMEMBER_${key} is not set.`
    if (remembers !== '1') return 'the caller number of this call does not count.'
    if (caller === '') return 'the caller number is not in E.164.'
    memory.add({ caller, at: now().getTime(), forMs, call: undefined, values: { [key]: value } })
    return undefined
  }
}

/** An empty text, and what is no short text, number or truth value, takes the old value out. */
function keptValues(state: State, keep: ReadonlySet<string>): Readonly<Record<string, MemoryValue | null>> {
  const keys = [...keep].filter((key) => Object.hasOwn(state, key))
  return Object.fromEntries(keys.map((key) => [key, kept(state[key])]))
}

function kept(value: StateValue | undefined): MemoryValue | null {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS ? value : null
}
