import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseArguments } from '../../src/asterisk/dialplan/arguments.js'
import { encodeDestination } from '../../src/asterisk/dialplan/destination.js'
import { variablesOf } from '../../src/call/destination.js'
import type { Revision } from '../../src/flows/revision.js'
import { safeJson } from '../../src/lib/text.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { hearsayOf, provenanceOf } from '../../src/routing/provenance.js'
import {
  AT,
  always,
  branch,
  call,
  explained,
  routingOf,
  ruleOf,
  trusting,
  when,
} from '../routing/support/make.js'

/** What a caller may say, thick with what means something to a dialplan, AMI, a log or a terminal. */
const said = fc.string({
  maxLength: 80,
  unit: fc.oneof(
    fc.constantFrom(...'${}[]"\'\\,&|;\0\u001b\u202e\u0085\u2028`()%', '\r\n'),
    fc.constantFrom('${SHELL(id)}', 'Action: Command', '../', '{header.X-Note}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})

const names = ['X-Note', 'X-Trunk', 'X-VIP', 'From', 'P-Asserted-Identity', 'Diversion']

const facts = fc
  .record({
    trunk: fc.constantFrom('carrier-a', 'kamailio'),
    from: said,
    name: said,
    to: said,
    headers: fc.array(fc.tuple(fc.constantFrom(...names), said)),
  })
  .map((parts) => call(parts))

const state = { note: '{header.X-Note}', who: '{callerName} {callerNumber}', deep: { to: '{calleeNumber}' } }
const routing = routingOf({
  trunkFrom: new Map([['kamailio', 'X-Trunk']]),
  trust: trusting({ 'carrier-a': ['caller_number', ...names] }),
  vipHeaders: { 'X-VIP': ['gold'] },
  calleeFrom: ['Diversion'],
  branches: [branch('North', [], { city: '{callerName}' })],
  rules: [ruleOf(when.headerIs('X-Note', 'x'), 0), ruleOf(always, 1, state)],
})

/** What begins, ends or parts something in a dialplan or a shell: expressions, arguments, strings, lines, words. */
const MEANS_SOMETHING = /["'`\\$[\]{}(),;&|^<>*~#?=!%/:@-]|(?!^)\+|\p{Cc}|\p{Zl}|\p{Zp}/u

test('whatever a caller says, the dialplan sees text, AMI sees one value a line, and the log one line', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const context = contextOf(given, routing, AT)
      const decision = decide(context)
      const flow = { name: 'kept', context: 'kept', extension: 'dialled', priority: 1, turnAway: false }
      const choice = {
        decision,
        flow,
        state: decision.state,
        context,
        greeting: undefined,
        failure: undefined,
        log: [],
      }
      const call = { revision: { id: '0123456789ab' } as Revision, args: parseArguments('') }
      const variables = variablesOf(choice, call, given, 'doorman')
      for (const { name, value } of variables) {
        expect(name).toMatch(/^(?:__)?(?:CONV|DOORMAN)_[A-Za-z0-9_]+$/)
        if (!name.startsWith('__CONV_STATE')) expect(value).not.toMatch(MEANS_SOMETHING)
        else expect(value).toMatch(/^[A-Za-z0-9_=;-]*$/)
      }
    }),
    { numRuns: 200 },
  )
})

test('whatever a caller dials, the call goes to its flow or nowhere', () => {
  fc.assert(
    fc.property(said, (dialled) => {
      const place = encodeDestination(
        { context: 'kept', extension: dialled, priority: 1 },
        { caller: dialled, callee: dialled },
      )
      if (place !== undefined)
        expect(place.extension).toMatch(/^=\^[+0-9]*\^[+0-9]*\^kept,[A-Za-z0-9+*#._-]+,1$/)
    }),
  )
})

test('whatever a caller says, reasons, provenance and hearsay are one line that steers nothing', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const known = contextOf({ ...given, trunk: 'carrier-b' }, routing, AT)
      const told = {
        reasons: explained(given, routing),
        provenance: provenanceOf(known, {
          headers: names.map((name) => name.toLowerCase()),
          thorough: true,
        }),
        hearsay: hearsayOf(known),
      }
      expect(safeJson(told)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
    }),
  )
})
