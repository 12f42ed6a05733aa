import { mkdir, mkdtemp, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { until } from '../support/until.js'
import { exchangeContract } from './exchange-contract.js'

const POLL_MS = 20
let parent = ''
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'doorman-exchange-'))
})
afterAll(() => rm(parent, { recursive: true }))

describe('a folder as the exchange', () => {
  exchangeContract(async (name) => new FolderExchange(parent, name, POLL_MS))

  test('leaves no file of a question, and no half file', async () => {
    const names = await readdir(parent, { recursive: true })
    expect(names.filter((name) => /answer\/|ask\/.*\/|\/\./.test(name))).toEqual([])
  })

  test('leaves no answer that comes too late, and removes what a program that ended has left', async () => {
    const folder = join(parent, 'late')
    await Promise.all(['answer', 'ask/berlin'].map((name) => mkdir(join(folder, name), { recursive: true })))
    for (const name of ['answer/old', 'answer/.half', 'answer/new', 'ask/berlin/.half']) {
      await writeFile(join(folder, name), 'x')
      const at = name === 'answer/new' ? new Date() : new Date(Date.now() - 2 * 3_600_000)
      await utimes(join(folder, name), at, at)
    }
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<string>()
    const [publisher, berlin] = ['publisher', 'berlin'].map(
      (name) => new FolderExchange(folder, name, POLL_MS),
    ) as [FolderExchange, FolderExchange]
    berlin.answer(() => {
      asked.resolve()
      return answer.promise
    })
    const question = publisher.ask('berlin', 'x', 200)
    await asked.promise
    await expect(question).rejects.toThrow('berlin did not answer within 200 ms')
    answer.resolve('late')
    const left = async () => (await readdir(folder, { recursive: true })).sort()
    await until(async () => (await left()).length === 4, 'the old ones to be removed')
    await berlin.stop()
    expect(await left()).toEqual(['answer', 'answer/new', 'ask', 'ask/berlin'])
    await publisher.stop()
  })

  test('that is not mounted takes nothing, and is read again once it is', async () => {
    const [mount, elsewhere] = [join(parent, 'mount'), join(parent, 'elsewhere')]
    await mkdir(join(mount, 'orders'), { recursive: true })
    const exchange = new FolderExchange(mount, 'berlin', POLL_MS)
    const told: string[] = []
    await exchange.watch('orders/', (_key, value) => void told.push(value))
    await until(() => exchange.isUp)
    await rename(mount, elsewhere)
    await until(() => !exchange.isUp, 'the mount to be missed')
    const ended = new AbortController()
    const watched = exchange.watch('orders/', (_key, value) => void told.push(value), ended.signal)
    setTimeout(() => ended.abort(new Error('ended')), 50)
    await expect(watched).rejects.toThrow('ended')
    await expect(exchange.put('status/berlin', 'x')).rejects.toThrow('ENOENT')
    const other = new FolderExchange(elsewhere, 'publisher', POLL_MS)
    await other.put('orders/rest', 'news')
    await rename(elsewhere, mount)
    await until(() => told.includes('news') && exchange.isUp, 'the news')
    expect(told).toEqual(['news'])
    await Promise.all([exchange.stop(), other.stop()])
  })

  test('with a file or a folder that cannot be read tells all others, and says which', async () => {
    const folder = join(parent, 'unreadable')
    await mkdir(join(folder, 'memory/munich'), { recursive: true })
    const file = join(folder, 'memory/munich/1')
    await writeFile(file, '')
    // Root may read each file, but Node.js reads none that is so large.
    await truncate(file, 2 ** 31)
    const exchange = new FolderExchange(folder, 'berlin', POLL_MS)
    const told: string[] = []
    const changed = (key: string, value: string) => void told.push(`${key}=${value}`)
    await exchange.watch('memory/', changed)
    void exchange.watch(`memory/${'x'.repeat(300)}/`, changed)
    await exchange.watch('orders/', changed)
    await exchange.put('orders/rest', 'news')
    await exchange.put('memory/munich/2', 'caller')
    await until(() => told.length === 2, 'the others')
    expect(told.sort()).toEqual(['memory/munich/2=caller', 'orders/rest=news'])
    await until(() => exchange.isUp)
    await until(() => exchange.problem.startsWith('memory/munich/1 cannot be read: '), 'the file')
    await truncate(file, 0)
    await until(() => exchange.problem.startsWith('memory/xxx'), 'the folder')
    await exchange.stop()
  })
})
