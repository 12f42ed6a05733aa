import { setImmediate } from 'node:timers/promises'
import { type CallRecord, factsOfCall } from '../../history/recorded-calls.js'
import { contextOf } from '../../routing/context-of.js'
import type { Routing } from '../../routing/types.js'
import { isE164 } from '../../sip/phone-number.js'
import type { FlowDocument } from '../document/flow-document.js'
import type { Problem } from '../problem.js'
import { CalledNumbers, isSameLine } from './called-numbers.js'
import { lintTables } from './lint-tables.js'
import { type WrittenNumber, writtenNumbers } from './written-numbers.js'

/** The numbers of recorded calls, as a revision reads them. */
export interface CalledSides {
  readonly caller: CalledNumbers
  readonly callee: CalledNumbers
}

const CALLS_A_SLICE = 200

/** Numbers in the rules that no recorded call ever had, although a near one did. */
export async function lintCalls(
  document: FlowDocument,
  routing: Routing,
  calls: AsyncIterable<CallRecord> | Iterable<CallRecord>,
): Promise<readonly Problem[]> {
  const called = await numbersOf(calls, routing)
  const written = writtenNumbers(document.value, routing)
  const known = {
    caller: new Set(written.filter(({ side }) => side === 'caller').map(({ number }) => number)),
    callee: new Set(written.filter(({ side }) => side === 'callee').map(({ number }) => number)),
  }
  const warnings = written.flatMap((one): Problem[] => {
    if (called[one.side].has(one.number)) return []
    const isKnown = (number: string) => known[one.side].has(number)
    // Callers are from everywhere, so that two of them end alike by chance; the numbers dialled are a few of ours.
    const same = one.side === 'caller' ? isSameLine : undefined
    const near = called[one.side].nearest(one.number, isKnown, same)
    if (near === undefined) return []
    const place = document.places.ofValue(one.path)
    return [{ file: 'routing.yaml', ...place, message: nearWords(one, near) }]
  })
  return [...warnings, ...lintTables(routing, called)]
}

async function numbersOf(calls: AsyncIterable<CallRecord> | Iterable<CallRecord>, routing: Routing) {
  const sides: CalledSides = { caller: new CalledNumbers(), callee: new CalledNumbers() }
  let count = 0
  for await (const call of calls) {
    const facts = factsOfCall(call)
    const { caller, callee } = contextOf(facts, routing)
    sides.caller.add(caller.number, caller.source === 'caller ID' ? call.callerId.number : caller.number)
    sides.callee.add(callee.number, callee.header === undefined ? call.dialled : callee.number)
    if (++count % CALLS_A_SLICE === 0) await setImmediate()
  }
  return sides
}

type Near = NonNullable<ReturnType<CalledNumbers['nearest']>>

/** `dialled 0015557654321 212 times, and never "5557654321", which the branch "North Branch" says` */
export function nearWords({ side, text, owner }: Pick<WrittenNumber, 'side' | 'text' | 'owner'>, near: Near) {
  const { asCame, count, number } = near
  const times = count === 1 ? 'once' : `${count.toLocaleString('en-US')} times`
  const seen = side === 'callee' ? `dialled ${asCame} ${times}` : `called from ${asCame} ${times}`
  const remedy = isE164(number)
    ? `if that is meant, write "${number}"`
    : 'default_country says how to read such numbers'
  return `${seen}, and never "${text}", which ${owner} says; ${remedy}`
}
