import { isDeepStrictEqual } from 'node:util'

/** One call of the demo, and where it must land. */
export interface Scenario {
  /** What the call shows, in a few words. */
  readonly title: string
  readonly from: string
  readonly to: string
  readonly trunk: 'carrier-a' | 'carrier-b'
  /** What the caller sends beside the usual headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly expected: Expected
}

export interface Expected {
  /** The dialplan context of the flow. */
  readonly context: string
  readonly rule: string
  /** What the state must hold, among other things; `null` for what it must not hold. */
  readonly state: Readonly<Record<string, unknown>>
}

/** Where the PBX says that a call is, and what it then has on the channel. */
export interface Sight {
  readonly context: string
  readonly rule: string
  readonly state: unknown
}

/** What became of a scenario. */
export interface Result {
  readonly scenario: Scenario
  /** What the PBX says; undefined where the call reached no flow. */
  readonly sight: Sight | undefined
  /** The headers that the caller sent and that nobody believes, by Doorman's decision record. */
  readonly hearsay: readonly string[]
  /** Why there is no sight. */
  readonly error: string | undefined
}

/** Whether the call landed as expected: in its context, by its rule, with its state. */
export function isOk({ scenario: { expected }, sight }: Pick<Result, 'scenario' | 'sight'>): boolean {
  return (
    sight?.context === expected.context && sight.rule === expected.rule && holds(sight.state, expected.state)
  )
}

/** Whether a value has all that is wanted, at any depth; it may have more. */
function holds(value: unknown, wanted: unknown): boolean {
  if (wanted === null) return value === undefined || value === null
  if (!isRecord(wanted)) return isDeepStrictEqual(value, wanted)
  return isRecord(value) && Object.entries(wanted).every(([key, part]) => holds(value[key], part))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
