/**
 * What is known of a call, and the rules of a revision. All of it is plain data with Maps and Sets, so that
 * `structuredClone` and `postMessage` carry it from the thread that compiles to the one that decides. The large
 * arrays of number tables lie in shared memory and are not copied.
 */
import type { Hours, HoursState } from '../hours/hours.js'
import type { Attestation, AttestationFinding, Verification } from '../sip/attestation.js'
import type { SipHeaders } from '../sip/headers.js'

/** A value that state can hold: what JSON can. */
export type StateValue =
  | string
  | number
  | boolean
  | null
  | readonly StateValue[]
  | { readonly [key: string]: StateValue }

export type State = { readonly [key: string]: StateValue }

/** Everything a decision may depend on, as it was read from the call. None of it is trusted yet. */
export interface CallFacts {
  /** The PJSIP endpoint that the call came in on; undefined on a channel that is not PJSIP. */
  readonly trunk: string | undefined
  /** Asterisk's caller ID, as it stands: number in whatever form the trunk sent. */
  readonly callerId: { readonly number: string; readonly name: string }
  readonly dialled: string
  readonly headers: SipHeaders
  readonly verification: Verification | undefined
  /** The state that was on the channel already, from an earlier visit to Doorman. */
  readonly state: State
}

/** A row of a number file by its column names (`number`, `name`, `tier` …). */
export type CallerRow = Readonly<Record<string, string>>

/** The numbers of one CSV file with the columns beside them; see number-table.ts. */
export interface NumberTable {
  readonly file: string
  /** The names by which a row's cells are known: the header's, and `number`. */
  readonly columns: readonly string[]
  /** The columns as the file has them; `number` where it has no header. */
  readonly header: readonly string[]
  readonly size: number
  /** The file as it was read, in shared memory. */
  readonly content: Uint8Array
  /** E.164 numbers without the `+`, ascending, in shared memory: a double holds their 15 digits exactly. */
  readonly keys: Float64Array
  /** For each key the byte of `content` at which its line begins, in shared memory. */
  readonly lineStarts: Uint32Array
  /** Numbers that are not E.164, and where their lines begin. */
  readonly literals: ReadonlyMap<string, number>
}

/** Which numbers a `caller`, `claimed_caller` or `callee` condition or a branch accepts; any of the three is enough. */
export interface NumberPattern {
  /** Numbers in E.164, or literal texts. */
  readonly exact: ReadonlySet<string>
  /** Beginnings of E.164 numbers, without the `*`: `+1555`. */
  readonly prefixes: readonly string[]
  readonly tables: readonly NumberTable[]
  /** As the admin wrote it, for explanations. */
  readonly text: string
}

export type HeaderTest =
  | { readonly kind: 'exact'; readonly oneOf: ReadonlySet<string> }
  /** A regular expression in RE2 syntax, searched in the value; see pattern.ts. */
  | { readonly kind: 'matches'; readonly pattern: string }
  | { readonly kind: 'starts_with'; readonly prefixes: readonly string[] }
  | { readonly kind: 'present'; readonly present: boolean }

/** `all` of an empty list is true: a rule without `when` matches every call. */
export type Condition =
  | { readonly kind: 'vip'; readonly is: boolean }
  | { readonly kind: 'branch'; readonly oneOf: ReadonlySet<string> }
  | { readonly kind: 'trunk'; readonly oneOf: ReadonlySet<string> }
  | { readonly kind: 'caller'; readonly numbers: NumberPattern }
  /** Any of `Claim`s, trusted or not. */
  | { readonly kind: 'claimed_caller'; readonly numbers: NumberPattern }
  | { readonly kind: 'callee'; readonly numbers: NumberPattern }
  | { readonly kind: 'header'; readonly name: string; readonly test: HeaderTest }
  | { readonly kind: 'attestation'; readonly oneOf: ReadonlySet<Attestation> }
  /** Hours that are open, or closed, at the instant of the call. */
  | { readonly kind: 'hours'; readonly name: string; readonly open: boolean }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

/** A condition without parts. */
export type Leaf = Exclude<Condition, { kind: 'all' | 'any' | 'not' }>

export interface Flow {
  readonly name: string
  readonly context: string
  /** `dialled` keeps the number that was dialled. */
  readonly extension: string
  readonly priority: number
  /** Whether it may only refuse the call, so that a claim without trust may lead to it. */
  readonly turnAway: boolean
}

export type Target =
  | { readonly kind: 'goto'; readonly flow: string }
  | { readonly kind: 'run'; readonly file: string }

export interface Rule {
  readonly index: number
  readonly name: string
  readonly when: Condition
  readonly target: Target
  /** State as written; texts may hold `{caller.name}` and the like (see template.ts). */
  readonly state: State
}

/** Who is a VIP: any of these is enough. */
export interface VipPolicy {
  readonly numbers: ReadonlySet<string>
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

/**
 * Trunk (its PJSIP endpoint) → what it is trusted for: header names in lower case and written out,
 * `caller_number` (Asterisk's caller ID), and `verstat` (the STIR/SHAKEN result that a trunk reports in a URI).
 */
export type Trust = ReadonlyMap<string, ReadonlySet<string>>

/** The rules of one revision, compiled: all that `decide` needs, and nothing that can change. */
export interface Routing {
  /** ISO 3166 code. */
  readonly defaultCountry: string | undefined
  readonly calleeFrom: readonly string[]
  readonly trust: Trust
  readonly vip: VipPolicy
  readonly branches: readonly Branch[]
  /** By name. */
  readonly hours: ReadonlyMap<string, Hours>
  readonly flows: ReadonlyMap<string, Flow>
  readonly rules: readonly Rule[]
  /** Built by `indexRouting`. */
  readonly index: RoutingIndex
  /** Name of the flow for calls that no rule takes, and for whatever goes wrong. */
  readonly otherwise: string
  /** Name of the flow for calls that Asterisk cannot hand over whole, so that no rule can be applied. */
  readonly undecidable: string
}

export interface RoutingIndex {
  readonly rules: RuleIndex
  readonly branches: RuleIndex
  readonly referenced: ReferencedFacts
}

/** Finds the few of many conditions that a call can satisfy; see rule-index.ts. */
export interface RuleIndex {
  readonly fields: readonly IndexField[]
  /** Positions of conditions that are tried for every call. */
  readonly unindexed: readonly number[]
}

/** One property of a call, and the conditions that need it to have a certain value. */
export interface IndexField {
  readonly kind: 'callee' | 'caller' | 'claimed_caller' | 'branch' | 'header' | 'trunk' | 'vip'
  /** How many characters of the number; undefined for the whole. */
  readonly prefixLength?: number
  readonly header?: string
  /** Value → the positions of the conditions that need it, ascending. */
  readonly buckets: ReadonlyMap<string, readonly number[]>
}

export interface ReferencedFacts {
  /** Every caller number that some condition names. */
  readonly callers: NumberPattern
  /** Header in lower case → what the conditions require of it. */
  readonly headers: ReadonlyMap<string, readonly HeaderTest[]>
  /** Every header, in lower case, by which a call could claim something that counts. */
  readonly headerNames: readonly string[]
  readonly attestations: ReadonlySet<Attestation>
  /** The trunks that the flow files name: under `trunks`, or in a condition. */
  readonly trunks: ReadonlySet<string>
}

export interface Caller {
  readonly number: string
  readonly source: 'P-Asserted-Identity' | 'caller ID'
  readonly trusted: boolean
}

/** An identity that the caller claims. It needs no trust, and may only turn the call away. */
export interface Claim {
  readonly source: 'caller ID' | 'From' | 'P-Asserted-Identity' | 'Remote-Party-ID' | 'P-Preferred-Identity'
  readonly number: string
}

export interface Callee {
  readonly number: string
  /** The header of `callee_from` that it was read from; undefined for the extension that was dialled. */
  readonly header: string | undefined
  /** Headers of `callee_from` that came before and did not count. */
  readonly passedOver: readonly PassedOver[]
}

export interface PassedOver {
  readonly header: string
  readonly value: string
  readonly because: 'not trusted' | 'no number'
}

/** Something that speaks for a VIP. It counts only where the trunk is trusted for it. */
export interface VipEvidence {
  readonly source: 'numbers' | 'file' | 'header'
  /** The file or the header; empty for `vip.numbers`. */
  readonly name: string
  readonly value: string
  readonly trusted: boolean
}

export interface VipFinding {
  readonly vip: boolean
  /** All that speaks for a VIP, hearsay included, so that an explanation can say what did not count. */
  readonly evidence: readonly VipEvidence[]
}

/** One call under the rules of one revision. `contextOf` makes it. */
export interface CallContext {
  readonly facts: CallFacts
  readonly routing: Routing
  /** The instant of the call. */
  readonly at: Date
  readonly caller: Caller
  readonly claims: readonly Claim[]
  readonly callee: Callee
  readonly vip: VipFinding
  /** The row of the first VIP file that has the caller, if the trunk is trusted for the number. */
  readonly callerRow: CallerRow | undefined
  /** The first branch of the file that has the callee number, else the default branch, if there is one. */
  readonly branch: Branch | undefined
  readonly attestation: AttestationFinding
  /** Whether the call's trunk is trusted for a header, `caller_number` or `verstat`; without a trunk for nothing. */
  trusts(item: string): boolean
  /** Whether hours of this name are open at the instant of the call, and why. */
  hours(name: string): HoursState
}

/** What a revision says of a call. For a `run` target the function has the last word on flow and state. */
export interface Decision {
  /** Name of the rule that matched; `otherwise` where none did. */
  readonly rule: string
  readonly target: Target
  readonly vip: boolean
  readonly branch: string | undefined
  /** E.164 where it can be, else as it came; `anonymous` where the caller withheld it. */
  readonly callerNumber: string
  readonly callerTrusted: boolean
  readonly callerName: string
  readonly calleeNumber: string
  /** State found on the channel, then the branch's, then the rule's on top of it. */
  readonly state: State
}

/** One step of an explanation. Steps that are not rules carry a name in parentheses: `(vip)`, `(branch)`. */
export interface Reason {
  readonly rule: string
  readonly matched: boolean
  /** The condition that failed, or that carried a match, as the flow file writes it. */
  readonly condition: string
  /** The value it was compared with; null where the call has none. */
  readonly value: string | null
  /** False where the value did not count for want of trust. */
  readonly trusted: boolean
  readonly why: string
}
