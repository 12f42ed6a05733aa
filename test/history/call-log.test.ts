import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { CallLog, type CallLogOptions } from '../../src/history/call-log.js'
import type { CallRecord } from '../../src/history/call-record.js'
import { readCalls } from '../../src/history/read-calls.js'
import { inFolder } from '../flows/temp-folder.js'
import { callLines, recorded, recordedCalls } from './calls.js'

const TODAY = new Date('2030-01-31T12:00:00Z')

/** A log in a data folder of its own, closed whatever happens. */
async function inLog(
  options: Partial<CallLogOptions>,
  use: (log: CallLog, calls: string, data: string) => Promise<void>,
): Promise<void> {
  await inFolder({}, async (data) => {
    const fail = (message: string) => {
      throw new Error(message)
    }
    const log = new CallLog(data, { onProblem: fail, now: () => TODAY, ...options })
    await use(log, join(data, 'calls'), data).finally(() => log.close())
  })
}

async function idsIn(folder: string, last = Number.POSITIVE_INFINITY): Promise<string[]> {
  const ids: string[] = []
  for await (const { call } of readCalls(folder, { last })) ids.push(call)
  return ids
}

function numbered(count: number): readonly CallRecord[] {
  return recordedCalls(count)
}

describe('the call log', () => {
  test('writes each call as one line, which only its own user may read', async () => {
    await inLog({}, async (log, calls) => {
      for (const call of numbered(3)) log.append(call)
      await log.flush()
      expect(await readFile(join(calls, '2030-01-31-1.jsonl'), 'utf8')).toBe(callLines(numbered(3)))
      expect((await stat(calls)).mode & 0o777).toBe(0o700)
      expect((await stat(join(calls, '2030-01-31-1.jsonl'))).mode & 0o777).toBe(0o600)
    })
  })

  test('writes a call after its delay, without being asked', async () => {
    await inLog({ delayMs: 1 }, async (log, calls) => {
      log.append(recorded())
      for (;;) {
        const names = await readdir(calls).catch(() => [])
        if (names.length > 0 && (await idsIn(calls)).length === 1) break
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    })
  })

  test('touches no disk while it takes a call down', async () => {
    await inLog({}, async (log, _calls, data) => {
      for (const call of numbered(10)) log.append(call)
      expect(await readdir(data)).toEqual([])
    })
  })

  test('writes a full buffer at once', async () => {
    await inLog({ delayMs: 600_000 }, async (log, calls) => {
      log.append(recorded({ headers: [['x-long', 'x'.repeat(70_000)]] }))
      while ((await idsIn(calls)).length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    })
  })

  test('writes what is waiting when it is closed', async () => {
    await inLog({ delayMs: 600_000 }, async (log, calls) => {
      log.append(recorded())
      await log.close()
      expect(await idsIn(calls)).toHaveLength(1)
    })
  })

  test('begins the next file where one is full, and keeps the newest ones', async () => {
    await inLog({ fileBytes: 1_500, files: 3 }, async (log, calls) => {
      for (const call of numbered(20)) {
        log.append(call)
        await log.flush()
      }
      const names = await readdir(calls)
      expect(names).toHaveLength(3)
      for (const name of names) expect((await stat(join(calls, name))).size).toBeLessThanOrEqual(1_500)
      const ids = await idsIn(calls)
      expect(ids.at(-1)).toBe('call 20')
      expect(ids).toEqual(
        numbered(20)
          .slice(-ids.length)
          .map(({ call }) => call),
      )
    })
  })

  test('goes on in the file of the run before, behind a line that was torn', async () => {
    await inLog({}, async (log, calls) => {
      log.append(recorded({ call: 'before' }))
      await log.close()
      await appendFile(join(calls, '2030-01-31-1.jsonl'), '{"at":"2030-')
      log.append(recorded({ call: 'after' }))
      await log.close()
      expect(await readdir(calls)).toHaveLength(1)
      expect(await idsIn(calls)).toEqual(['before', 'after'])
    })
  })

  test('keeps its order when the clock is put back', async () => {
    let now = TODAY
    await inLog({ fileBytes: 1, now: () => now }, async (log, calls) => {
      log.append(recorded({ call: 'first' }))
      await log.flush()
      now = new Date('2030-01-30T12:00:00Z')
      log.append(recorded({ call: 'second' }))
      await log.flush()
      expect(await idsIn(calls)).toEqual(['first', 'second'])
    })
  })

  test('says once that it cannot write, loses only what it could not, and goes on when it can', async () => {
    const problems: string[] = []
    await inLog({ onProblem: (message) => problems.push(message) }, async (log, calls, data) => {
      await writeFile(join(data, 'calls'), 'a file stands where the folder belongs')
      for (const call of numbered(3)) {
        log.append(call)
        await log.flush()
      }
      expect(problems).toEqual([
        expect.stringMatching(/^Calls cannot be recorded in .*calls .*routed all the same/),
      ])
      await rm(calls)
      log.append(recorded({ call: 'late' }))
      await log.flush()
      expect(await idsIn(calls)).toEqual(['late'])
    })
  })

  test('lets calls go rather than fill the memory when the disk does not keep up', async () => {
    const problems: string[] = []
    await inLog({ onProblem: (message) => problems.push(message) }, async (log, calls) => {
      const long = recorded({ headers: [['x-long', 'x'.repeat(1_000_000)]] })
      for (let i = 0; i < 20; i++) log.append(long)
      await log.flush()
      expect(problems).toEqual([expect.stringContaining('the disk does not keep up')])
      expect((await idsIn(calls)).length).toBeLessThan(12)
    })
  })
})

describe('reading recorded calls', () => {
  async function inFiles(files: Readonly<Record<string, string>>, use: (folder: string) => Promise<void>) {
    await inFolder(files, use)
  }

  test('gives the newest ones in their order, over the ends of files', async () => {
    const all = numbered(10)
    const files = {
      '2030-01-30-2.jsonl': callLines(all.slice(0, 3)),
      '2030-01-30-10.jsonl': callLines(all.slice(3, 6)),
      '2030-01-31-1.jsonl': callLines(all.slice(6)),
    }
    await inFiles(files, async (folder) => {
      expect(await idsIn(folder)).toEqual(all.map(({ call }) => call))
      expect(await idsIn(folder, 5)).toEqual(['call 6', 'call 7', 'call 8', 'call 9', 'call 10'])
      expect(await idsIn(folder, 100)).toHaveLength(10)
    })
  })

  test('passes over and counts torn and foreign lines, which do not count as calls', async () => {
    const [a, b, c] = numbered(3).map((call) => callLines([call]))
    const text = `${a}{"at":"2030-01\n\n${b}hello\n{"at":"x"}\n${c}{"at":"torn`
    await inFiles({ '2030-01-31-1.jsonl': text, 'notes.txt': 'x', '2030-1-1.jsonl': 'x' }, async (folder) => {
      const calls = readCalls(folder, { last: 10 })
      const ids: string[] = []
      for await (const { call } of calls) ids.push(call)
      expect({ ids, passedOver: calls.passedOver }).toEqual({
        ids: ['call 1', 'call 2', 'call 3'],
        passedOver: 4,
      })
      expect(await idsIn(folder, 1)).toEqual(['call 3'])
    })
  })

  test('finds nothing where there is no log yet', async () => {
    await inFiles({}, async (folder) => {
      expect(await idsIn(join(folder, 'calls'))).toEqual([])
      await mkdir(join(folder, 'calls'))
      expect(await idsIn(join(folder, 'calls'), 5)).toEqual([])
    })
  })
})
