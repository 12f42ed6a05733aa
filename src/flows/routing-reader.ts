import type { State, StateValue } from '../conversation/state.js'
import { nearest, suggestion } from '../lib/nearest.js'
import { templateProblems } from '../routing/template.js'
import type { Branch, Flow, Routing, Rule, Target, Trust, VipPolicy } from '../routing/types.js'
import { canonicalName } from '../sip/headers.js'
import { type ConditionContext, readCondition } from './conditions.js'
import { NO_NUMBERS, Numbers } from './numbers.js'
import type { Diagnostics, YamlPath } from './problem.js'
import {
  branchShape,
  FlowNameSchema,
  flowShape,
  HeaderNameSchema,
  HeaderValuesSchema,
  NameSchema,
  routingShape,
  ruleShape,
  trunkShape,
  vipShape,
} from './schema.js'
import { isRawMap, SchemaCheck } from './schema-check.js'
import { type FlowSource, fileName } from './source.js'

/**
 * Asterisk cuts a context and an extension at 79 characters, and the encoded destination carries context,
 * extension and priority in one extension, with separators between them.
 */
const LONGEST_DESTINATION = 70

/** What may stand in a `trust` without being a header. */
const NOT_HEADERS = ['caller_number', 'verstat']

const SECTIONS = ['callee_from', 'trunks', 'vip', 'branches', 'flows', 'rules'] as const

function readTop(check: SchemaCheck, raw: unknown) {
  return check.map(routingShape, raw, [], SECTIONS)
}

/**
 * Reads the value of `routing.yaml` section by section and reports what is wrong with it. The result is only of use
 * where nothing was reported.
 */
export class RoutingReader implements ConditionContext {
  readonly check: SchemaCheck
  readonly numbers: Numbers
  readonly trust: Trust
  readonly trusted: ReadonlySet<string>
  /** Names, even of entries that have problems of their own: those must not cause others. */
  readonly #flows: ReadonlySet<string>
  readonly #branches: ReadonlySet<string>
  readonly #top: ReturnType<typeof readTop>
  readonly #vip: VipPolicy

  constructor(
    raw: unknown,
    source: FlowSource,
    readonly diagnostics: Diagnostics,
  ) {
    this.check = new SchemaCheck(diagnostics)
    const top = readTop(this.check, raw)
    this.#top = top
    this.numbers = new Numbers(source, top.default_country, diagnostics)
    this.#flows = keysOf(top.flows)
    this.#branches = keysOf(top.branches)
    this.trust = this.#readTrust()
    this.trusted = new Set([...this.trust.values()].flatMap((items) => [...items]))
    this.#vip = this.#readVip()
  }

  routing(): Omit<Routing, 'index'> {
    const { otherwise = '', undecidable = otherwise } = this.#top
    if (otherwise !== '') this.checkFlow(otherwise, ['otherwise'])
    if (undecidable !== otherwise) this.checkFlow(undecidable, ['undecidable'])
    return {
      defaultCountry: this.numbers.country,
      calleeFrom: this.#readCalleeFrom(),
      trust: this.trust,
      vip: this.#vip,
      branches: this.#readBranches(),
      flows: this.#readFlows(),
      rules: this.#readRules(),
      otherwise,
      undecidable,
    }
  }

  checkFlow(name: string, path: YamlPath): void {
    this.#checkName('flow', name, this.#flows, path)
  }

  checkBranch(name: string, path: YamlPath): void {
    this.#checkName('branch', name, this.#branches, path)
  }

  warnUntrusted(name: string, path: YamlPath): void {
    const message = `no trunk is trusted for ${name}, so this never counts; add it to the "trust" of the trunk that sets it`
    this.diagnostics.warning(path, 'flows.untrusted', message)
  }

  #checkName(what: string, name: string, known: ReadonlySet<string>, path: YamlPath): void {
    if (known.has(name)) return
    this.diagnostics.problem(
      path,
      'flows.unknown_name',
      `there is no ${what} "${name}"${suggestion(name, known)}`,
    )
  }

  #readTrust(): Trust {
    const trunks = this.check.entries(NameSchema, this.#top.trunks, ['trunks'])
    return new Map(
      trunks.map(([name, raw, path]) => {
        const { trust } = this.check.map(trunkShape, raw, path, ['trust'])
        const items = this.check.list(HeaderNameSchema, trust, [...path, 'trust'])
        for (const [item, at] of items) this.#checkTrustItem(item, at)
        return [name, new Set(items.map(([item]) => canonicalName(item)))]
      }),
    )
  }

  /** `caller-number` would be taken for a header of that name, and the caller number would not be trusted. */
  #checkTrustItem(item: string, path: YamlPath): void {
    if (/^x-/i.test(item) || NOT_HEADERS.includes(canonicalName(item))) return
    const meant = nearest(item.replace(/[^A-Za-z]/g, '_'), NOT_HEADERS)
    if (meant === undefined) return
    const message = `"${item}" is taken for a header; did you mean "${meant}"?`
    this.diagnostics.warning(path, 'flows.unknown_name', message)
  }

  #readCalleeFrom(): readonly string[] {
    const path = ['callee_from']
    return this.check.list(HeaderNameSchema, this.#top.callee_from, path).map(([name, at]) => {
      if (!this.trusted.has(canonicalName(name))) {
        const message = `no trunk is trusted for ${name}, so no callee number comes from it; add it to the "trust" of the trunk that sets it`
        this.diagnostics.warning(at, 'flows.untrusted', message)
      }
      return name
    })
  }

  #readVip(): VipPolicy {
    const raw = this.#top.vip
    const parts =
      raw === undefined ? {} : this.check.map(vipShape, raw, ['vip'], ['numbers', 'files', 'headers'])
    const numbers = this.check.list(NameSchema, parts.numbers, ['vip', 'numbers'])
    const files = this.check.list(NameSchema, parts.files, ['vip', 'files'])
    return {
      numbers: new Set(numbers.map(([text, at]) => this.numbers.exact(text, at))),
      tables: files.flatMap(([file, at]) => this.numbers.table(file, at) ?? []),
      headers: this.#readVipHeaders(parts.headers),
    }
  }

  #readVipHeaders(raw: unknown): VipPolicy['headers'] {
    const headers = new Map<string, ReadonlySet<string>>()
    for (const [name, value, at] of this.check.entries(HeaderNameSchema, raw, ['vip', 'headers'])) {
      const key = canonicalName(name)
      if (headers.has(key)) {
        const message = `the header ${name} stands here twice; join the two lists`
        this.diagnostics.problemAtKey(at, 'flows.duplicate_key', message)
      }
      if (!this.trusted.has(key)) this.warnUntrusted(name, at)
      headers.set(key, new Set([this.check.value(HeaderValuesSchema, value, at) ?? []].flat()))
    }
    return headers
  }

  /** At most one branch is the default. */
  #readBranches(): readonly Branch[] {
    const entries = this.check.entries(NameSchema, this.#top.branches, ['branches'])
    const branches = entries.map(([name, raw, path]) => this.#readBranch(name, raw, path))
    const [first, ...others] = branches.filter(({ isDefault }) => isDefault)
    for (const { name } of others) {
      const message = `"${first?.name}" is the default branch already; only one branch can be`
      this.diagnostics.problem(['branches', name, 'default'], 'flows.branch', message)
    }
    return branches
  }

  #readBranch(name: string, raw: unknown, path: YamlPath): Branch {
    const { numbers, state, default: isDefault = false } = this.check.map(branchShape, raw, path)
    if (isRawMap(raw) && raw.numbers === undefined && !isDefault) {
      const message = `no call can belong to the branch "${name}": give it "numbers" or "default: true"`
      this.diagnostics.problem(path, 'flows.branch', message)
    }
    this.#checkTexts(rawAt(raw, 'state'), [...path, 'state'])
    const pattern = numbers === undefined ? NO_NUMBERS : this.numbers.pattern(numbers, [...path, 'numbers'])
    return { name, numbers: pattern, isDefault, state: state ?? {} }
  }

  #readFlows(): Routing['flows'] {
    const entries = this.check.entries(FlowNameSchema, this.#top.flows, ['flows'])
    return new Map(entries.flatMap(([name, raw, path]) => this.#readFlow(name, raw, path)))
  }

  #readFlow(name: string, raw: unknown, path: YamlPath): readonly [string, Flow][] {
    const { context, extension, priority } = this.check.map(flowShape, raw, path)
    if (context === undefined || extension === undefined || priority === undefined) return []
    const length = context.length + extension.length + String(priority).length
    if (length > LONGEST_DESTINATION) {
      const message = `context, extension and priority have ${length} characters together, and Asterisk carries at most ${LONGEST_DESTINATION}; choose a shorter context`
      this.diagnostics.problem([...path, 'context'], 'flows.too_long', message)
    }
    return [[name, { name, context, extension, priority }]]
  }

  /** Decision records name a rule and nothing else, so every rule has its own name. */
  #readRules(): readonly Rule[] {
    const taken = new Map<string, number>()
    return this.check.items(this.#top.rules, ['rules']).flatMap(([raw, path], index) => {
      const { name = `rule ${index + 1}`, ...rule } = this.check.map(ruleShape, raw, path, ['when'])
      this.#checkRuleName(name, [...path, 'name'], taken.get(name))
      taken.set(name, taken.get(name) ?? index)
      const target = isRawMap(raw) ? this.#target(raw, rule, path) : undefined
      const when = rule.when === undefined ? EVERY_CALL : readCondition(rule.when, [...path, 'when'], this)
      this.#checkTexts(rawAt(raw, 'state'), [...path, 'state'])
      return target === undefined ? [] : [{ index, name, when, target, state: rule.state ?? {} }]
    })
  }

  #checkRuleName(name: string, path: YamlPath, first: number | undefined): void {
    if (first !== undefined) {
      const message = `rule ${first + 1} is called "${name}" already; give every rule its own name`
      this.diagnostics.problem(path, 'flows.duplicate_name', message)
    } else if (name === 'otherwise' || name.startsWith('(')) {
      const message = `a rule can't be called "${name}": "otherwise" and names in parentheses stand for what is no rule`
      this.diagnostics.problem(path, 'flows.duplicate_name', message)
    }
  }

  #target(
    raw: object,
    { goto, run }: { readonly goto?: string | undefined; readonly run?: string | undefined },
    path: YamlPath,
  ): Target | undefined {
    const [isGoto, isRun] = [Object.hasOwn(raw, 'goto'), Object.hasOwn(raw, 'run')]
    if (isGoto && isRun) {
      const message = 'a rule has "goto" or "run", not both; remove one'
      this.diagnostics.problemAtKey([...path, 'run'], 'flows.rule_target', message)
    }
    if (!isGoto && !isRun) {
      const message = 'this rule leads nowhere; add "goto: <flow>" or "run: <file>"'
      this.diagnostics.problem(path, 'flows.rule_target', message)
    }
    if (goto === undefined) return run === undefined ? undefined : { kind: 'run', file: fileName(run) }
    this.checkFlow(goto, [...path, 'goto'])
    return { kind: 'goto', flow: goto }
  }

  /** Checks the placeholders in every text of a state, however deep, also where the state has other problems. */
  #checkTexts(raw: unknown, path: YamlPath): void {
    if (typeof raw === 'string') this.#checkText(raw, path)
    if (Array.isArray(raw)) for (const [i, item] of raw.entries()) this.#checkTexts(item, [...path, i])
    else if (isRawMap(raw)) for (const key of Object.keys(raw)) this.#checkTexts(raw[key], [...path, key])
  }

  #checkText(text: string, path: YamlPath): void {
    const columns = new Set(this.#vip.tables.flatMap((table) => table.columns))
    for (const message of templateProblems(text, columns))
      this.diagnostics.problem(path, 'flows.template', message)
    for (const name of headersOfText(text)) {
      const problem = HeaderNameSchema.safeParse(name).error?.issues[0]?.message
      if (problem !== undefined)
        this.diagnostics.problem(path, 'flows.template', `{header.${name}}: ${problem}`)
      else if (!this.trusted.has(canonicalName(name))) this.warnUntrusted(name, path)
    }
  }
}

const EVERY_CALL = { kind: 'all', of: [] } as const

function rawAt(raw: unknown, key: string): unknown {
  return isRawMap(raw) && Object.hasOwn(raw, key) ? raw[key] : undefined
}

function keysOf(raw: unknown): ReadonlySet<string> {
  return new Set(isRawMap(raw) ? Object.keys(raw) : [])
}

/** The headers that the placeholders of a state name, however deep. */
export function headersOfState(state: State | StateValue): readonly string[] {
  if (typeof state === 'string') return headersOfText(state)
  if (typeof state !== 'object' || state === null) return []
  return Object.values(state).flatMap(headersOfState)
}

/** `{{` and `}}` stand for braces, so what they enclose is no placeholder. */
function headersOfText(text: string): readonly string[] {
  return [...text.matchAll(/\{\{|\}\}|\{\s*header\.([^{}\s]+)\s*\}/g)].flatMap((match) => match[1] ?? [])
}
