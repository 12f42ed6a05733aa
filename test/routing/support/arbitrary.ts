import fc from 'fast-check'
import { NO_OUTSIDE_DATA, type OutsideData } from '../../../src/routing/outside-data.js'
import type { CallFacts, Condition, HeaderTest, Routing } from '../../../src/routing/types.js'
import {
  AT,
  answerOf,
  branch,
  call,
  hoursOf,
  lookupOf,
  numbers,
  routingOf,
  ruleOf,
  tableOf,
  trusting,
  when,
} from './make.js'

const PLAIN_STATE = { name: '{caller.name}{header.X-VIP}' }
const LOOKUP_STATE = { of: ['{crm.tier|none}'], more: { site: '{site.tier}' } }

/** Few values of each kind, so that random rules and random calls meet often. */
const NUMBERS = ['+15551234567', '+15557654321', '+445550000001', '1001', 'anonymous']
const HEADERS = ['X-VIP', 'X-Account', 'P-Asserted-Identity', 'Remote-Party-ID']
const VALUES = ['gold', 'Gold', '91234', '', '<sip:+15551234567@example.com>']
const TRUNKS = ['carrier-a', 'carrier-b', 'carrier-c']
const BRANCHES = ['North Branch', 'South Branch', 'nowhere']
const ITEMS = ['caller_number', 'verstat', ...HEADERS]

const number = fc.constantFrom(...NUMBERS)
const oneOf = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 })

const numberPattern = fc
  .uniqueArray(fc.constantFrom(...NUMBERS, '+1555*', '+1*', '+44*', '1*'), { maxLength: 3 })
  .chain((texts) =>
    fc.boolean().map((withFile) => ({
      ...numbers(...texts),
      tables: withFile ? [tableOf('+15557654321\n1001\n').table] : [],
    })),
  )

const headerTest: fc.Arbitrary<HeaderTest> = fc.oneof(
  oneOf(VALUES).map((values): HeaderTest => ({ kind: 'exact', oneOf: new Set(values) })),
  fc.boolean().map((present): HeaderTest => ({ kind: 'present', present })),
  oneOf(['g', '9']).map((prefixes): HeaderTest => ({ kind: 'starts_with', prefixes })),
  fc.constant<HeaderTest>({
    kind: 'matches',
    pattern: '^9[0-9]{4}$',
  }),
)

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.boolean().map((is): Condition => when.vip(is)),
  oneOf(BRANCHES).map((names): Condition => ({ kind: 'branch', oneOf: new Set(names) })),
  oneOf(TRUNKS).map((names): Condition => ({ kind: 'trunk', oneOf: new Set(names) })),
  numberPattern.map((pattern): Condition => ({ kind: 'caller', numbers: pattern })),
  numberPattern.map((pattern): Condition => ({ kind: 'claimed_caller', numbers: pattern })),
  numberPattern.map((pattern): Condition => ({ kind: 'callee', numbers: pattern })),
  fc
    .tuple(fc.constantFrom(...HEADERS), headerTest)
    .map(([name, test]): Condition => ({ kind: 'header', name, test })),
  fc
    .constantFrom('A' as const, 'none' as const)
    .map((level): Condition => ({ kind: 'attestation', oneOf: new Set([level]) })),
  fc
    .tuple(fc.constantFrom('office', 'never'), fc.boolean())
    .map(([name, open]): Condition => ({ kind: 'hours', name, oneOf: new Set([open ? 'open' : 'closed']) })),
  fc
    .tuple(fc.constantFrom('crm', 'account', 'site'), oneOf(['gold', 'silver']))
    .map(([lookup, values]): Condition => when.lookup(lookup, ...values)),
  fc
    .tuple(fc.constantFrom('language', 'agent'), oneOf(['de', '1007']))
    .map(([key, values]): Condition => ({ kind: 'remembered', name: key, oneOf: new Set(values) })),
  fc
    .tuple(fc.constantFrom(60_000, 600_000), fc.integer({ min: 2, max: 3 }))
    .map(([withinMs, calls]): Condition => ({ kind: 'returning', withinMs, calls })),
)

export const outside: fc.Arbitrary<OutsideData> = fc
  .option(
    fc.record({
      values: fc.record(
        { language: fc.constantFrom('de', 'en'), agent: fc.constantFrom(1007, 'de') },
        { requiredKeys: [] },
      ),
      calls: fc.array(fc.integer({ min: 0, max: 900_000 }).map((ago) => AT.getTime() - ago)),
    }),
    { nil: undefined },
  )
  .map((memory) => ({ ...NO_OUTSIDE_DATA, memory }))

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    leaf,
    fc.array(tie('condition'), { maxLength: 3 }).map((of): Condition => ({ kind: 'all', of })),
    fc.array(tie('condition'), { maxLength: 3 }).map((of): Condition => ({ kind: 'any', of })),
    tie('condition').map((of): Condition => ({ kind: 'not', of })),
  ),
})).condition

const trust = fc
  .tuple(oneOfMany(ITEMS), oneOfMany(ITEMS))
  .map(([first, second]) => trusting({ 'carrier-a': first, 'carrier-b': second }))

function oneOfMany(values: readonly string[]) {
  return fc.uniqueArray(fc.constantFrom(...values))
}

export const facts: fc.Arbitrary<CallFacts> = fc
  .record({
    trunk: fc.option(fc.constantFrom(...TRUNKS), { nil: undefined }),
    from: number,
    to: number,
    headers: fc.array(fc.tuple(fc.constantFrom(...HEADERS), fc.constantFrom(...VALUES)), { maxLength: 4 }),
  })
  .map(call)

/** What all of its lookups say. */
export const answers: fc.Arbitrary<OutsideData['answers']> = fc
  .array(
    fc.constantFrom<Parameters<typeof answerOf>[0]>(
      'late',
      'failed',
      'missing',
      { tier: 'gold' },
      { tier: 'silver' },
      { tier: 'iron' },
    ),
    { minLength: 3, maxLength: 3 },
  )
  .map((said) => new Map(['crm', 'account', 'site'].map((name, at) => [name, answerOf(said[at] ?? 'late')])))

export const routing: fc.Arbitrary<Routing> = fc
  .record({
    trust,
    rules: fc.array(condition, { maxLength: 12 }),
    vipNumbers: oneOf(NUMBERS),
    withFile: fc.boolean(),
    calleeFrom: oneOf(['P-Asserted-Identity', 'X-Account']),
  })
  .map(({ withFile, rules, ...rest }) =>
    routingOf({
      ...rest,
      rules: rules.map((when, at) => ruleOf(when, at, at % 2 === 0 ? PLAIN_STATE : LOOKUP_STATE)),
      lookups: [
        lookupOf('crm'),
        lookupOf('account', { attestations: new Set(['none']) }, 'header.X-Account'),
        lookupOf('site', { trunks: new Set(['carrier-a', 'carrier-c']) }, 'callee.number'),
      ],
      vipTables: withFile ? [tableOf('number,name\n+15551234567,Ann\n').table] : [],
      memory: { keep: new Set(['language', 'agent']), forMs: 86_400_000, attestation: undefined },
      hours: [hoursOf('office', 'Mo-Fr 09:00-17:00'), hoursOf('never', 'off')],
      vipHeaders: { 'x-vip': ['gold'] },
      branches: [branch('North Branch', ['+15557654321', '+44*']), branch('South Branch', [])],
    }),
  )
