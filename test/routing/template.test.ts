import { describe, expect, test } from '@jest/globals'
import { contextOf } from '../../src/routing/context-of.js'
import { fillState, templateProblems } from '../../src/routing/template.js'
import { AT, branch, call, routingOf, tableOf, trusting } from './support/make.js'

const context = contextOf(
  call({
    name: 'Ann {trunk}',
    headers: [
      ['X-Account', '91234'],
      ['X-Other', 'secret'],
    ],
  }),
  routingOf({
    trust: trusting({ 'carrier-a': ['caller_number', 'X-Account'] }),
    vipTables: [tableOf('number,name\n+15551234567,Ann\n').table],
    branches: [branch('North Branch', [])],
  }),
  AT,
)

describe('a text of a rule', () => {
  test.each([
    ['{callerNumber} {calleeNumber} {branch} {trunk}', '+15551234567 +15557654321 North Branch carrier-a'],
    ['{header.x-account}/{ header.X-Account }', '91234/91234'],
    ['{header.X-Other}{header.X-Missing}{caller.tier}{caller.constructor}', ''],
    ['{{callerNumber}} and }}{{', '{callerNumber} and }{'],
    ['{{{trunk}}}', '{carrier-a}'],
    ['{nothing}', ''],
    ['open { and close }', 'open'],
    ['Hello {caller.tier|dear customer}, {caller.name|friend}', 'Hello dear customer, Ann'],
    ['{header.X-Other|a|b}', 'a|b'],
    ['Hello { caller.tier | dear customer }, {caller.tier| } x', 'Hello dear customer, x'],
    ['Hello {caller.tier} {caller.tier|}!', 'Hello!'],
    ['a {caller.tier} b', 'a b'],
    ['a  {caller.tier}b', 'a  b'],
    ['{caller.tier} {trunk} {caller.tier}', 'carrier-a'],
    ['({caller.tier} )', '( )'],
    ['{{ {caller.tier} }}', '{ }'],
    ['open {', 'open {'],
    ['no braces', 'no braces'],
  ])('%j becomes %j', (text, filled) => {
    expect(fillState({ text }, context)).toEqual({ text: filled })
  })

  test.each([
    'Hello',
    '{hours.office.why}',
    '{caller.name|dear customer} {header.X-Account|} {{x}} {branch}',
    '',
  ])('%j has no problems', (text) => {
    expect(templateProblems(text, new Set(['caller.number', 'caller.name', 'hours.office.why']))).toEqual([])
  })

  test.each([
    ['{caller.nam}', ['name'], '{caller.name}'],
    ['{calerNumber}', ['name'], '{callerNumber}'],
    ['{caller.name}', [], 'no file'],
    ['{header.}', [], '{header.<Name>}'],
    ['{}', [], 'nothing that a call has'],
    ['{branch', [], 'not closed'],
    ['branch}', [], 'closes nothing'],
  ])('%j with columns %j is a problem that says %j', (text, columns, words) => {
    expect(templateProblems(text, new Set(columns.map((column) => `caller.${column}`)))).toEqual([
      expect.stringContaining(words),
    ])
  })
})
