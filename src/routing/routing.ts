import type { State } from '../conversation/state.js'
import type { Trust } from '../sip/trust.js'
import type { Condition, NumberPattern } from './condition.js'
import type { NumberTable } from './number-table.js'
import type { RuleIndex } from './rule-index.js'

/** A named destination in the dialplan. */
export interface Flow {
  readonly name: string
  readonly context: string
  /** `dialled` keeps the number that was dialled. */
  readonly extension: string
  readonly priority: number
}

/** Where a rule leads: to a flow by name, or to a function that decides. */
export type Target =
  | { readonly kind: 'goto'; readonly flow: string }
  | { readonly kind: 'run'; readonly file: string }

export interface Rule {
  /** Position in the file, from 0. */
  readonly index: number
  readonly name: string
  readonly when: Condition
  readonly target: Target
  /** State as written; texts may hold `{caller.name}` and the like (see template.ts). */
  readonly state: State
}

/** Who is a VIP: any of these is enough. */
export interface VipPolicy {
  /** Numbers of `vip.numbers` in E.164 or literal. */
  readonly numbers: ReadonlySet<string>
  /** The files of `vip.files`, in the order of the flow file. */
  readonly tables: readonly NumberTable[]
  /** Header name in lower case → accepted values. */
  readonly headers: ReadonlyMap<string, ReadonlySet<string>>
}

export interface Branch {
  readonly name: string
  readonly numbers: NumberPattern
  readonly isDefault: boolean
  readonly state: State
}

/** The rules of one revision, compiled: all that `decide` needs, and nothing that can change. */
export interface Routing {
  /** ISO 3166 code of the country whose national numbers are read, if one was given. */
  readonly defaultCountry: string | undefined
  /** Headers to look into for the callee number before the dialled extension. */
  readonly calleeFrom: readonly string[]
  readonly trust: Trust
  readonly vip: VipPolicy
  readonly branches: readonly Branch[]
  readonly flows: ReadonlyMap<string, Flow>
  readonly rules: readonly Rule[]
  /** Finds the rules worth trying for a call; built from `rules` by `buildRuleIndex`. */
  readonly index: RuleIndex
  /** Name of the flow for calls that no rule takes, and for whatever goes wrong. */
  readonly otherwise: string
}
