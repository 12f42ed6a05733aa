import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { CompiledFiles } from '../../src/flows/compile.js'
import { pack } from '../../src/flows/worker/pack.js'
import { CODE, type Parcel } from '../../src/flows/worker/parcel.js'
import { revive } from '../../src/flows/worker/revive.js'
import { inSlices } from '../../src/flows/worker/slices.js'
import { unpack } from '../../src/flows/worker/unpack.js'
import { contextOf } from '../../src/routing/context-of.js'
import { decide } from '../../src/routing/decide.js'
import { rowOf } from '../../src/routing/number-table.js'
import type { Routing } from '../../src/routing/types.js'
import { facts, routing } from '../routing/support/arbitrary.js'
import { AT, candidatesOf, explained, tableOf } from '../routing/support/make.js'

/** Takes a parcel apart after it has been where messages between threads go. */
function received({ blocks, chunks }: Parcel): unknown {
  const steps = unpack(structuredClone(blocks), structuredClone(chunks))
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function sent<T>(value: T): T {
  return received(pack(value)) as T
}

/** A routing as it arrives from the other thread. */
async function revived(some: Routing): Promise<Routing> {
  const revision = {
    id: 'id',
    hash: 'hash',
    routing: some,
    functions: new Map(),
    examples: [],
    contexts: new Map(),
    headersNeeded: [],
    needsAllHeaders: false,
    needsAttestation: false,
  }
  const plain: CompiledFiles = { ok: true, revision, warnings: [], files: new Map() }
  const compiled = await inSlices(revive(sent(plain)))
  if (!compiled.ok) throw new Error('a sound revision was refused')
  return compiled.revision.routing
}

describe('a parcel', () => {
  test('holds whatever plain values there are', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom(null, undefined, -0, 2 ** 27, 2 ** 32, '__proto__'),
    )
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'toString', '0'))
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.array(fc.tuple(key, tie('value'))).map((entries) => Object.fromEntries(entries)),
        fc.array(tie('value')).map((items) => new Set(items)),
        fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
      ),
    }))
    fc.assert(fc.property(value, (any) => expect(sent(any)).toStrictEqual(any)))
  })

  test('holds more than a chunk', () => {
    const texts = Array.from({ length: 30_000 }, (_, at) => `text ${at % 20_000}`)
    const value = { texts, set: new Set(texts), long: 'x'.repeat(200_000) }
    const parcel = pack(value)
    expect(parcel.chunks.length).toBeGreaterThan(10)
    expect(received(parcel)).toStrictEqual(value)
  })

  test('keeps frozen what is frozen', () => {
    const [outer, list] = sent([Object.freeze({ open: { a: 1 } }), Object.freeze(['b'])] as const)
    expect([outer, outer.open, list].map(Object.isFrozen)).toEqual([true, false, true])
  })

  test('holds a buffer, small or large, and its bytes once', () => {
    const [small, large] = [Buffer.from('a'), Buffer.alloc(100_000, 'b')]
    const parcel = pack([small, large, large])
    expect(parcel.blocks).toHaveLength(2)
    // Node keeps small buffers in one pool, which must not be given away whole.
    expect(parcel.blocks.map(({ buffer }) => buffer.byteLength)).toEqual([1, 100_000])
    expect(received(parcel)).toEqual([small, large, large])
  })

  test('holds a table with its numbers and rows', () => {
    const { table } = tableOf('number,name\n+15551234567,Ann\n1001,"Bob, jr."\n')
    const one = sent(table)
    expect([one.file, one.size, one.columns]).toEqual([table.file, 2, table.columns])
    expect(['+15551234567', '1001', '1002'].map((number) => rowOf(one, number))).toEqual(
      ['+15551234567', '1001', '1002'].map((number) => rowOf(table, number)),
    )
  })

  test('does not take what it can’t hold', () => {
    expect(() => pack({ now: new Date() })).toThrow('a Date can')
    expect(() => pack([() => 1])).toThrow('a function can')
  })

  test('fits all that a word can ask for into a word', () => {
    expect(Math.max(...Object.values(CODE))).toBeLessThan(2 ** 5)
  })
})

describe('rules that come from another thread', () => {
  test('say of every call what they said before, and why', async () => {
    await fc.assert(
      fc.asyncProperty(routing, fc.array(facts, { minLength: 1, maxLength: 5 }), async (some, calls) => {
        const same = await revived(some)
        for (const any of calls) {
          expect(decide(any, same, AT)).toEqual(decide(any, some, AT))
          expect(explained(any, same)).toEqual(explained(any, some))
          expect(candidatesOf(same, contextOf(any, same))).toEqual(candidatesOf(some, contextOf(any, some)))
        }
      }),
      { numRuns: 300 },
    )
  })
})
