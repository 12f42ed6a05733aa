import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { writeAddress } from '../../src/control/client.js'
import { maskedCall } from '../../src/history/recorded-calls.js'
import { CallerMemory } from '../../src/memory/caller-memory.js'
import { openNumberHash } from '../../src/store/number-hash.js'
import { inFolder } from '../flows/temp-folder.js'
import { decided, recordCalls, recorded } from '../history/calls.js'
import { fail, withStore } from '../store/open-store.js'
import { doorman, type Ending } from './command.js'

const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
memory: { keep: [language, agent], for: 90d }
flows: { main: { context: main }, german: { context: german } }
rules:
  - { name: German, when: { remembered: { language: de } }, goto: german, state: { agent: "{memory.agent}" } }
otherwise: main
`
const ANN = '+15551234567'
const EXPLAIN = ['explain', '--from', ANN, '--to', '5557654321', '--trunk', 'carrier-a']

type Run = (...args: readonly string[]) => Promise<Ending>

/** Ann is remembered, with three recorded calls, one of them masked. */
async function withAnn(use: (run: Run, data: string) => Promise<void>): Promise<void> {
  await inFolder({ 'routing.yaml': ROUTING }, async (folder) => {
    const data = join(folder, 'data')
    await recordCalls(data, [recorded({ callerNumber: ANN }), recorded({ callerNumber: ANN }), recorded()])
    const hash = await openNumberHash(data, fail)
    await withStore(data, async (store) => {
      store.recordCall(maskedCall(decided({ callerNumber: ANN }), hash))
      const memory = new CallerMemory(store, (number) => number)
      await memory.load()
      const at = Date.now() - 60_000
      memory.add({ caller: ANN, at, forMs: 3_600_000, call: '1.1', values: { language: 'de', agent: 1007 } })
      await store.flush()
    })
    await use((...args) => doorman(args, { DOORMAN_FLOWS: folder, DOORMAN_DATA: data }), data)
  })
}

describe('doorman export', () => {
  test.each(['555-123-4567', '+1 (555) 123-4567', '0015551234567'])('finds a caller as %s', (written) =>
    withAnn(async (run) => {
      const { exit, out } = await run('export', written)
      const found = JSON.parse(out)
      expect([exit, found.number, found.calls.length]).toEqual([0, ANN, 3])
      expect(found.memory).toMatchObject({
        values: { language: 'de', agent: 1007 },
        calls: [expect.stringMatching(/^\d{4}-/)],
      })
    }),
  )

  test('prints a line for each value, and "calls --caller" finds the caller by the same ways of writing', () =>
    withAnn(async (run) => {
      expect((await run('export', ANN)).out).toMatch(
        /^\{\n {2}"number": "\+15551234567",\n {2}"memory": \{\n/,
      )
      const { records } = JSON.parse((await run('calls', '--caller', '555-123-4567', '--json')).out)
      expect(records).toHaveLength(2)
      expect((await run('calls', '--caller', '555-123-4568')).out).toMatch(
        /^No recorded call matches in \S+\.\n$/,
      )
    }))

  test('says null of a caller who is not remembered', () =>
    withAnn(async (run) => {
      const { out } = await run('export', '+15550009999')
      expect(JSON.parse(out)).toEqual({ number: '+15550009999', memory: null, calls: [] })
    }))
})

describe('doorman forget', () => {
  test('deletes memory and calls, also masked ones, and says how many', () =>
    withAnn(async (run) => {
      expect(await run('forget', '(555) 123-4567', '--yes')).toEqual({
        ...{ exit: 0, err: '' },
        out: expect.stringMatching(
          /^Deleted the memory and 3 recorded calls of \+15551234567\.\nWhat names.*stays: .*logs/,
        ),
      })
      expect(JSON.parse((await run('export', ANN)).out)).toMatchObject({ memory: null, calls: [] })
      expect((await run('calls')).out.trim().split('\n')).toHaveLength(2)
      expect(await run('forget', ANN, '--yes')).toMatchObject({
        exit: 0,
        out: `Nothing is kept of ${ANN}.\n`,
      })
    }))

  test('deletes them where a crashed Doorman has left its address, and not where a hung one runs', () =>
    withAnn(async (run, data) => {
      const address = { url: 'http://127.0.0.1:2', token: '', flows: '', pid: 2 ** 22 + 1 }
      await writeAddress(data, address)
      await withStore(data, async (store) => {
        await store.revisions()
        const err = expect.stringMatching(/^error\[not_running\]: .* does not answer: .*:2/)
        expect(await run('forget', ANN, '--yes')).toMatchObject({ exit: 1, err })
      })
      const out = expect.stringContaining('Deleted the memory and 3 recorded calls of')
      expect(await run('forget', ANN, '--yes')).toMatchObject({ exit: 0, out, err: '' })
    }))

  test('asks, and changes nothing where nobody can answer', () =>
    withAnn(async (run) => {
      const err = expect.stringContaining('Nothing was changed: without a terminal, add --yes.')
      expect(await run('forget', ANN)).toMatchObject({ exit: 2, err })
      expect(JSON.parse((await run('export', ANN)).out).calls).toHaveLength(3)
    }))

  test.each(['export', 'forget'])('does not take a national number for unknown before %s', (command) =>
    withAnn(async (run, data) => {
      writeFileSync(join(data, '../routing.yaml'), ROUTING.replace('default_country: US', ''))
      const refused = await run(command, '(555) 123-4567')
      expect(refused).toMatchObject({ exit: 2, out: '' })
      expect(refused.err).toMatch(
        /Nothing is kept of \(555\) 123-4567 as it stands.*\nWrite it as \+1.*default_country/,
      )
    }),
  )

  test('refuses what is no number', () =>
    withAnn(async (run) => {
      expect(await run('forget', 'anonymous', '--yes')).toMatchObject({
        exit: 2,
        err: expect.stringContaining('"anonymous" is no number of a caller.'),
      })
    }))
})

describe('doorman explain', () => {
  test('knows what is remembered, and takes values of --memory before it', () =>
    withAnn(async (run) => {
      const agent = async (...more: readonly string[]) =>
        JSON.parse((await run(...EXPLAIN, '--json', ...more)).out)
      expect(await agent()).toMatchObject({ flow: 'german', state: { agent: '1007' } })
      expect(await agent('--memory', 'agent=1008')).toMatchObject({
        flow: 'german',
        state: { agent: '1008' },
      })
      expect(await agent('--memory', 'language=en')).toMatchObject({ flow: 'main' })
      expect(await agent('--trunk', 'carrier-b', '--memory', 'language=de')).toMatchObject({ flow: 'main' })
    }))

  test('says which keys are kept where one is mistyped', () =>
    withAnn(async (run) => {
      const err = expect.stringContaining('does not name "langauge"; did you mean "language"?')
      expect(await run(...EXPLAIN, '--memory', 'langauge=de')).toMatchObject({ exit: 2, err })
      const form = expect.stringContaining('Write it as language=de.')
      expect(await run(...EXPLAIN, '--memory', 'language')).toMatchObject({ exit: 2, err: form })
    }))
})
