import { describe, expect, test } from '@jest/globals'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { greetingOf, knownTexts } from '../../src/routing/greeting.js'
import { rowOf } from '../../src/routing/number-table.js'
import type { Greet } from '../../src/routing/types.js'
import { AT, always, branch, call, routingOf, ruleOf, tableOf, trusting, when } from './support/make.js'

const say = (text: string, play: Greet['play'] = 'before_flow'): Greet => ({ say: text, play })
const WELCOME = say('Welcome back, {caller.name|dear customer}.')

const VIPS = [
  'number,name,tier,say_as,greeting_file',
  '+15550000001,Ada,gold,,',
  '+15550000002,Nguyen,,Win,',
  '+15550000003,Bea,,,bea.wav',
]
const { table } = tableOf(`${VIPS.join('\n')}\n`)
const routing = routingOf({ trust: trusting({ 'carrier-a': ['caller_number'] }), vipTables: [table] })

const greeting = (
  greets: readonly Greet[],
  from = '+15550000001',
  known: Omit<Parameters<typeof greetingOf>[1], 'context'> = {},
) => greetingOf(greets, { context: contextOf(call({ from }), routing, AT), ...known })

describe('a greeting', () => {
  test.each([
    ['is filled in, and says what to say where that is late', WELCOME, '+15550000001', 'Welcome back, Ada.'],
    ['names a caller as the row says in say_as', WELCOME, '+15550000002', 'Welcome back, Win.'],
    ['has its default for a caller without a row', WELCOME, '+15559999999', 'Welcome back, dear customer.'],
  ])('%s', (_what, greet, from, text) => {
    expect(greeting([greet], from)).toEqual({
      ...{ text, defaultText: 'Welcome back, dear customer.', recording: undefined, play: 'before_flow' },
    })
  })

  test('is the recording of the row, else that of the rule, else the text', () => {
    const recorded: Greet = { say: { recording: 'all.wav' }, play: 'early' }
    expect(greeting([WELCOME], '+15550000003')?.recording).toBe('bea.wav')
    expect(greeting([recorded], '+15550000003')?.recording).toBe('bea.wav')
    expect(greeting([recorded])).toMatchObject({ recording: 'all.wav', text: '', play: 'early' })
  })

  test('may name the state of the decision', () => {
    const state = { city: 'Albany', count: 3, deep: { a: 1 } }
    const text = '{state.city|nowhere} {state.count} {state.deep|none} {state.constructor|none}'
    expect(greeting([say(text)], undefined, { state })?.text).toBe('Albany 3 none none')
  })

  test('is what the code flow said, when the rule says', () => {
    expect(greeting([say('Hello.', 'early')], undefined, { said: 'Good day.' })).toMatchObject({
      ...{ text: 'Good day.', defaultText: 'Hello.', play: 'early', recording: undefined },
    })
    expect(greeting([{ say: undefined, play: 'flow' }], '+15550000003', { said: 'Hi.' })).toMatchObject({
      ...{ text: 'Hi.', defaultText: '', play: 'flow', recording: undefined },
    })
  })

  test.each<[string, readonly Greet[], Parameters<typeof greetingOf>[1]]>([
    ['nothing is written', [], {}],
    ['only "play" is written and the code flow said nothing', [{ say: undefined, play: 'early' }], {}],
    ['the code flow said an empty text', [WELCOME], { said: '' }],
    ['nothing is left of the text', [say('{caller.tier}')], {}],
  ])('is none where %s', (_what, greets, known) => {
    expect(greeting(greets, '+15550000002', known)).toBeUndefined()
  })
})

describe('a decision', () => {
  const greets = (rules: Parameters<typeof routingOf>[0]['rules'], to?: string) => {
    const branches = [
      { ...branch('North', ['+15557654321']), greet: say('North.') },
      branch('South', ['+15550001111']),
    ]
    const made = { ...routingOf({ branches, rules: rules ?? [] }), greets: { otherwise: say('Otherwise.') } }
    return decide(contextOf(call({ to: to ?? '+15557654321' }), made, AT)).greets.map((greet) => greet.say)
  }

  test('greets by its rule before its branch, and by otherwise where no rule took the call', () => {
    expect(greets([{ ...ruleOf(always, 0), greet: say('Rule.') }])).toEqual(['Rule.', 'North.'])
    expect(greets([ruleOf(always, 0)])).toEqual(['North.'])
    expect(greets([ruleOf(always, 0)], '+15550001111')).toEqual([])
    expect(greets([when.vip(true)])).toEqual(['Otherwise.', 'North.'])
  })
})

test('the texts that are known ahead are those without values, then those of each row', () => {
  const rules = [
    { ...ruleOf(always, 0), greet: WELCOME },
    { ...ruleOf(always, 1), greet: say('Call from {callerNumber}.') },
    { ...ruleOf(always, 2), greet: say('Hello.') },
    { ...ruleOf(always, 3), greet: { say: { recording: 'a.wav' }, play: 'flow' } as const },
  ]
  const rows = ['+15550000001', '+15550000002', '+15550000003'].map((number) => rowOf(table, number) ?? {})
  const made = { ...routingOf({ rules }), greets: { otherwise: say('Bye, {caller.tier|dear} customer.') } }
  expect([...knownTexts(made, rows)]).toEqual([
    ...['Welcome back, dear customer.', 'Call from.', 'Hello.', 'Bye, dear customer.'],
    ...['Welcome back, Ada.', 'Bye, gold customer.'],
    ...['Welcome back, Win.', 'Bye, dear customer.'],
  ])
})
