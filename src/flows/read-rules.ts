import type { StateValue } from '../conversation/state.js'
import { templateProblems } from '../routing/template.js'
import type { Greet, Routing, Rule, Target } from '../routing/types.js'
import { checkName, checkTrusted, readCondition, type Scope } from './read-condition.js'
import { headersOfState } from './revision.js'
import type { ConditionSource, GreetEntry, RoutingSource, RuleEntry } from './schema.js'
import { HeaderNameSchema } from './schema-values.js'
import { YamlValue } from './shape.js'
import { fileName } from './source.js'

const EVERY_CALL = { kind: 'all', of: [] } as const

/** Decision records name a rule and nothing else, so every rule has its own name. */
export function readRules(written: YamlValue<RoutingSource['rules']>, scope: Scope): Routing['rules'] {
  const taken = new Map<string, number>()
  return written.items.map((rule, index): Rule => {
    const { name = `rule ${index + 1}`, state = {} } = rule.value
    checkRuleName(name, rule.at('name'), taken.get(name))
    taken.set(name, taken.get(name) ?? index)
    checkState(state, rule.at('state'), scope)
    const written = rule.at('when')
    const when = written.isThere() ? readCondition(written, scope) : EVERY_CALL
    return { index, name, when, target: readTarget(rule, scope), state, greet: readGreet(rule, scope) }
  })
}

function checkRuleName(name: string, written: YamlValue<unknown>, first: number | undefined): void {
  if (first !== undefined) {
    const message = `rule ${first + 1} is called "${name}" already; give every rule its own name`
    written.problem('flows.duplicate_name', message)
  } else if (name === 'otherwise' || name.startsWith('(')) {
    const message = `a rule can't be called "${name}": "otherwise" and names in parentheses stand for what is no rule`
    written.problem('flows.duplicate_name', message)
  }
}

function readTarget(written: YamlValue<RuleEntry>, scope: Scope): Target {
  const rule = written.value
  if ('goto' in rule && 'run' in rule) {
    const message = 'a rule has "goto" or "run", not both; remove one'
    written.at('run').problemAtKey('flows.rule_target', message)
  }
  if (!('goto' in rule || 'run' in rule)) {
    const message = 'this rule leads nowhere; add "goto: <flow>" or "run: <file>"'
    written.problem('flows.rule_target', message)
  }
  if (rule.run !== undefined && rule.goto === undefined) return { kind: 'run', file: fileName(rule.run) }
  if (rule.goto !== undefined) checkName('flow', written.at('goto'), scope)
  return { kind: 'goto', flow: rule.goto ?? '' }
}

/** A flow, or a flow and a greeting. */
export function readDefault(
  written: YamlValue<RoutingSource['otherwise']>,
  scope: Scope,
): { readonly flow: string; readonly greet: Greet | undefined } {
  const entry = written.isMap() ? written : undefined
  const flow = entry?.at('goto') ?? (written as YamlValue<string | undefined>)
  if (flow.value) checkName('flow', flow, scope)
  return { flow: flow.value ?? '', greet: entry && readGreet(entry, scope) }
}

type GreetedEntry = GreetEntry & { readonly goto?: string | undefined; readonly run?: unknown }

/** `greet` and `play`, wherever they stand. */
export function readGreet(written: YamlValue<GreetedEntry>, scope: Scope): Greet | undefined {
  const { greet, play, goto = '', run } = written.value
  if (greet === undefined && play === undefined) return undefined
  const at = written.at('greet')
  if (greet === undefined && run === undefined) {
    const message = '"play" says when to play "greet", which is missing here'
    written.at('play').problemAtKey('flows.greeting', message)
  }
  if (scope.turnsAway.has(goto)) {
    const message = `"${goto}" turns calls away, and a greeting would answer them; take it out`
    at.problemAtKey('flows.greeting', message)
  }
  if (typeof greet === 'string') checkText(greet, at, scope, /^state\.[A-Za-z_]\w*$/)
  const recording = at.isMap() ? at.at('recording') : undefined
  if (recording?.isThere()) scope.recordings.read(recording)
  return { say: greet, play: play ?? 'before_flow' }
}

/** Checks the placeholders in every text of a state, however deep. */
export function checkState(value: StateValue | undefined, written: YamlValue<unknown>, scope: Scope): void {
  if (typeof value === 'string') checkText(value, written, scope)
  else
    for (const [key, inner] of Object.entries(value ?? {}))
      checkState(inner, new YamlValue(inner, [...written.path, key], written.diagnostics), scope)
}

/** @param also names of placeholders that may stand in this text, too */
function checkText(text: string, written: YamlValue<unknown>, scope: Scope, also?: RegExp): void {
  for (const message of templateProblems(text, scope.placeholders, also))
    written.problem('flows.template', message)
  for (const name of headersOfState(text)) {
    const problem = HeaderNameSchema.safeParse(name).error?.issues[0]?.message
    if (problem === undefined) checkTrusted(name, written, scope.trust)
    else written.problem('flows.template', `{header.${name}}: ${problem}`)
  }
}

/**
 * Anybody can claim to be anybody. So a rule with `claimed_caller`, which needs no trust, may do one thing alone: lead
 * to a flow with `turn_away: true`, which only refuses the call. Other rules may lead there too.
 */
export function checkClaims(file: YamlValue<RoutingSource>, { turnsAway }: Scope): void {
  for (const rule of file.at('rules').items) {
    const { goto = '' } = rule.value
    const claims = claimsIn(rule.at('when'))
    for (const claim of claims) {
      const above = claim.path.find((step) => step === 'any' || step === 'not')
      if (above === undefined) continue
      const place = `"claimed_caller" stands alone or under "all", not under "${above}"`
      claim.problemAtKey('flows.claimed_caller', `${place}; give it a rule of its own`)
    }
    if (claims.length === 0) continue
    for (const key of (['run', 'state'] as const).filter((one) => one in rule.value)) {
      const message = `a rule with "claimed_caller" may only turn calls away, so it has no "${key}"; take it out`
      rule.at(key).problemAtKey('flows.claimed_caller', message)
    }
    if (file.value.flows?.[goto] === undefined || turnsAway.has(goto)) continue
    const message = `"claimed_caller" needs no trust, so it may only lead to a flow that turns calls away; "${goto}" has no "turn_away: true"`
    rule.at('goto').problem('flows.claimed_caller', message)
  }
  for (const key of ['otherwise', 'undecidable'] as const) {
    const { [key]: written = '' } = file.value
    const name = typeof written === 'object' ? written.goto : written
    if (!turnsAway.has(name ?? '')) continue
    const message = `"${name}" turns calls away, so every call for which something fails is refused; choose a flow that takes calls`
    file.at(key).warning('flows.turn_away', message)
  }
}

/** Each `claimed_caller`, however deep. */
function claimsIn(when: YamlValue<ConditionSource | undefined>): readonly YamlValue<unknown>[] {
  if (!when.isThere()) return []
  return [
    ...('claimed_caller' in when.value ? [when.at('claimed_caller')] : []),
    ...[...when.at('all').items, ...when.at('any').items].flatMap(claimsIn),
    ...claimsIn(when.at('not')),
  ]
}
