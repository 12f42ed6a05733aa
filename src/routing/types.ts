/**
 * What is known of a call, and the rules of a revision. All of it is plain data with Maps and Sets, so that
 * `structuredClone` and `postMessage` carry it from the thread that compiles to the one that decides. The large
 * arrays of number tables lie in shared memory and are not copied.
 */
import type { Hours } from '../hours/hours.js'
import type { Attestation, Verification } from '../sip/attestation.js'
import type { SipHeaders } from '../sip/headers.js'
import type { NumberTable } from './number-table.js'
import type { Lookup } from './outside-data.js'

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
  /** The PJSIP endpoint, on a PJSIP channel; in a `CallContext` the trunk that a proxy there names (`trunk_from`). */
  readonly trunk: string | undefined
  /** Asterisk's caller ID, as it stands: number in whatever form the trunk sent. */
  readonly callerId: { readonly number: string; readonly name: string }
  readonly dialled: string
  readonly headers: SipHeaders
  readonly verification: Verification | undefined
  /** The state that was on the channel already, from an earlier visit to Doorman. */
  readonly state: State
}

/** Which numbers a `caller`, `claimed_caller` or `callee` condition or a branch accepts; any of the three is enough. */
export interface NumberPattern {
  /** Numbers in E.164, or literal texts. */
  readonly exact: ReadonlySet<string>
  /** Beginnings of E.164 numbers, without the `*`: `+1555`. */
  readonly prefixes: readonly string[]
  /** Files of the revision. */
  readonly tables: readonly NumberTable[]
  /** Names of tables from outside, which `OutsideData` has. */
  readonly outsideTables: readonly string[]
  /** As the admin wrote it, for explanations. */
  readonly text: string
}

export type HeaderTest =
  | { readonly kind: 'exact'; readonly oneOf: ReadonlySet<string> }
  /** A regular expression in RE2 syntax, searched in the value; see `compilePattern`. */
  | { readonly kind: 'matches'; readonly pattern: string }
  | { readonly kind: 'starts_with'; readonly prefixes: readonly string[] }
  | { readonly kind: 'present'; readonly present: boolean }

/** `all` of an empty list is true: a rule without `when` matches every call. */
export type Condition =
  | ValueLeaf
  | { readonly kind: 'caller'; readonly numbers: NumberPattern }
  /** Any of `Claim`s, trusted or not. */
  | { readonly kind: 'claimed_caller'; readonly numbers: NumberPattern }
  | { readonly kind: 'callee'; readonly numbers: NumberPattern }
  | { readonly kind: 'header'; readonly name: string; readonly test: HeaderTest }
  /** So many calls of the caller within a time, in milliseconds, this one included. */
  | { readonly kind: 'returning'; readonly withinMs: number; readonly calls: number }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

/** A property of which a call has one value, as `propertyOf` reads it, and the values that are accepted. */
export interface ValueLeaf {
  readonly kind: 'vip' | 'branch' | 'trunk' | 'attestation' | 'hours' | 'lookup' | 'remembered'
  /** Of hours, a value of a lookup (`crm.tier`), or a key of memory; undefined where a call has only one. */
  readonly name?: string
  /** `true` and `false` of `vip`, `open` and `closed` of hours, an attestation, else any text. */
  readonly oneOf: ReadonlySet<string>
}

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

/** When a greeting is played: answered, as early media, or by the flow itself, which finds it in `DOORMAN_GREETING`. */
export type Play = 'before_flow' | 'early' | 'flow'

/** What a rule, a branch or `otherwise` says to its calls. */
export interface Greet {
  /**
   * A text with `{caller.name}` and the like, or the name of a WAV file in the flows folder; undefined where only
   * `play` is written, for the `conv.say` of a code flow.
   */
  readonly say: string | { readonly recording: string } | undefined
  readonly play: Play
}

/** What the caller hears. */
export interface Greeting {
  /** A WAV file of the flows folder, which takes precedence over the text. */
  readonly recording?: string | undefined
  readonly text: string
  /** The text without the values of this call, for when `text` is not rendered in time; empty where there is none. */
  readonly defaultText: string
  readonly play: Play
}

export interface Rule {
  readonly index: number
  readonly name: string
  readonly when: Condition
  readonly target: Target
  /** State as written; texts may hold `{caller.name}` and the like (see template.ts). */
  readonly state: State
  readonly greet?: Greet | undefined
}

/** Where a table comes from that is no file of the revision. Databases and secrets are named in the settings. */
export type TableOrigin =
  | { readonly kind: 'sql'; readonly sql: string; readonly database: string }
  | { readonly kind: 'redis'; readonly key: string; readonly database: string }
  /** `{secret.NAME}` in the values of headers is not filled in yet. */
  | { readonly kind: 'http'; readonly url: string; readonly headers: Readonly<Record<string, string>> }

export interface TableSource {
  readonly name: string
  /** The same for two sources of the same rows: a hash of origin and country. */
  readonly key: string
  readonly origin: TableOrigin
  /** ISO 3166 code by which its numbers are read. */
  readonly country: string | undefined
  readonly everyMs: number
  /** The largest share of its rows that a refresh may drop, from 0 to 1. */
  readonly maxDrop: number
  /** The PBXs of a fleet that load it, the first of them that can; all others have its copy. Empty where each loads it. */
  readonly loadedBy: readonly string[]
}

/** Who is a VIP: any of these is enough. */
export interface VipPolicy {
  readonly numbers: NumberPattern
  /** Header name in lower case → accepted values. */
  readonly headers: ReadonlyMap<string, ReadonlySet<string>>
}

export interface Branch {
  readonly name: string
  readonly numbers: NumberPattern
  readonly isDefault: boolean
  readonly state: State
  readonly greet?: Greet | undefined
}

/** What is remembered of whom. */
export interface MemoryPolicy {
  /** Keys of state. */
  readonly keep: ReadonlySet<string>
  /** How long after the caller's last call, in milliseconds. */
  readonly forMs: number
  /** The attestations that a call needs; undefined where none is asked for. */
  readonly attestation: ReadonlySet<Attestation> | undefined
}

/**
 * Trunk (its PJSIP endpoint) → what it is trusted for: header names in lower case and written out,
 * `caller_number` (Asterisk's caller ID), and `verstat` (the STIR/SHAKEN result that a trunk reports in a URI).
 */
export type Trust = ReadonlyMap<string, ReadonlySet<string>>

/** What speaks greetings: a program of the machine, one of the admin's, or a server. */
export type Voice =
  | {
      readonly engine: 'espeak-ng' | 'flite' | 'pico2wave'
      /** A voice of the engine; for pico2wave its language. */
      readonly voice: string
      /** 1 is as the voice speaks, 2 twice as fast. */
      readonly speed: number
    }
  /** Program and arguments: text on standard input, WAV on standard output. */
  | { readonly command: readonly string[] }
  /** A server that speaks OpenAI's `/v1/audio/speech`. */
  | { readonly url: string; readonly voice: string; readonly model: string; readonly speed: number }

/** The rules of one revision, compiled: all that `decide` needs, and nothing that can change. */
export interface Routing {
  /** ISO 3166 code. */
  readonly defaultCountry: string | undefined
  readonly calleeFrom: readonly string[]
  readonly trust: Trust
  /** PJSIP endpoint of a proxy → the header in which it names the trunk of a call. */
  readonly trunkFrom: ReadonlyMap<string, string>
  readonly vip: VipPolicy
  readonly branches: readonly Branch[]
  /** By name. */
  readonly hours: ReadonlyMap<string, Hours>
  readonly voice: Voice
  readonly lookups: ReadonlyMap<string, Lookup>
  readonly memory: MemoryPolicy | undefined
  /** Those from outside, by name. Files among `tables` are part of the revision like any other. */
  readonly tables: ReadonlyMap<string, TableSource>
  readonly flows: ReadonlyMap<string, Flow>
  readonly rules: readonly Rule[]
  /** Built by `indexRouting`. */
  readonly index: RoutingIndex
  /** Name of the flow for calls that no rule takes, and for whatever goes wrong. */
  readonly otherwise: string
  /** Name of the flow for calls that Asterisk cannot hand over whole, so that no rule can be applied. */
  readonly undecidable: string
  /** What calls that no rule takes are greeted with, and undecidable ones. */
  readonly greets: { readonly otherwise?: Greet | undefined; readonly undecidable?: Greet | undefined }
  /** The WAV files that calls are greeted with, by name, in shared memory. */
  readonly recordings: ReadonlyMap<string, Uint8Array>
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
  readonly attestations: ReadonlySet<string>
  /** The trunks that the flow files name: under `trunks`, or in a condition. */
  readonly trunks: ReadonlySet<string>
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
  /** Whether the caller is remembered; undefined where the flow files have no `memory`. */
  readonly remembers: boolean | undefined
  readonly calleeNumber: string
  /** State found on the channel, then the branch's, then the rule's on top of it. */
  readonly state: State
  /** What may be said, the rule's first, then the branch's. */
  readonly greets: readonly Greet[]
}

/** One step of an explanation. Steps that are not rules have a name in parentheses: `(otherwise)`, `(function)`. */
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
