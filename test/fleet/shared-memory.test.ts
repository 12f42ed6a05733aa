import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { SharedMemory } from '../../src/fleet/shared-memory.js'
import { CallerMemory } from '../../src/memory/caller-memory.js'
import { type CallerUpdate, type RememberedCaller, remember } from '../../src/store/callers.js'
import { until } from '../support/until.js'

const ANN = '+15550000001'
const DAY_MS = 86_400_000
const NOW = Date.now()

let home = ''
const pbxs: Pbx[] = []
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'doorman-memory-'))
  await mkdir(join(home, 'share'))
})
afterEach(async () => {
  await Promise.all(pbxs.splice(0).map((pbx) => pbx.stop()))
  await rm(home, { recursive: true })
})

/** A PBX with the real memory over a database of a map, and the real exchange over a folder. */
class Pbx {
  /** What is in its database. */
  readonly rows = new Map<string, RememberedCaller>()
  readonly erased: string[] = []
  /** The callers of its recorded calls. */
  readonly called: string[] = []
  #data = ''
  #memory: CallerMemory | undefined
  #shared: SharedMemory | undefined
  #exchange: FolderExchange | undefined

  constructor(readonly name: string) {
    pbxs.push(this)
  }

  async start(): Promise<this> {
    this.#data ||= await mkdtemp(join(tmpdir(), 'doorman-pbx-'))
    const rows = [...this.rows].map(([caller, memory]) => ({ caller, memory: JSON.stringify(memory) }))
    const store = {
      callers: async (offset: number) => rows.slice(offset),
      remember: (update: CallerUpdate) =>
        void this.rows.set(update.caller, remember(this.rows.get(update.caller), update)),
      limitCallers: async () => undefined,
    }
    const memory = new CallerMemory(store, (number) => number)
    this.#memory = memory
    this.#exchange = new FolderExchange(join(home, 'share'), this.name, 20)
    const line = () => undefined
    this.#shared = new SharedMemory({
      ...{ exchange: this.#exchange, name: this.name, data: this.#data, memory },
      log: { error: line, warn: line, info: line, debug: line },
      memoryLoaded: memory.load(),
      ...{ sendMs: 50, sweepMs: 50 },
      recentCallers: async () => this.called,
      forgetStored: async (caller) => {
        this.rows.delete(caller)
        this.erased.push(caller)
      },
    })
    await this.#shared.start()
    return this
  }

  call(at: number, values: CallerUpdate['values'] = {}, caller = ANN, forMs = 90 * DAY_MS): void {
    const call = `17.${at - NOW}`
    this.#memory?.add({ caller, at, forMs, call, values })
  }

  forget(caller = ANN): void {
    this.#memory?.forget(caller, [])
    this.rows.delete(caller)
  }

  knows(caller = ANN): RememberedCaller | undefined {
    return this.#memory?.get(caller)
  }

  async leave(): Promise<void> {
    await this.#shared?.stop()
    await this.#exchange?.stop()
  }

  async stop(): Promise<void> {
    await this.leave()
    await rm(this.#data, { recursive: true, force: true })
  }
}

/** The link between all PBXs and the folder is cut, or back. */
const cut = () => rename(join(home, 'share'), join(home, 'cut'))
const join_ = () => rename(join(home, 'cut'), join(home, 'share'))
/** The files of this PBX in the folder. */
const filesOf = (pbx: string) => readdir(join(home, 'share/memory', pbx)).catch(() => [])
const agent = (pbx: Pbx) => pbx.knows()?.values.agent
const times = (pbx: Pbx) => pbx.knows()?.calls.map(([at]) => at - NOW)

test('a caller who called one PBX is known to the others, also after a restart of them', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  berlin.call(NOW, { agent: '100' })
  await until(() => agent(munich) === '100')
  munich.call(NOW + 5, { agent: '200' })
  await until(() => agent(berlin) === '200')
  expect([times(berlin), times(munich)]).toEqual([
    [0, 5],
    [0, 5],
  ])
  await munich.leave()
  await munich.start()
  await until(() => agent(munich) === '200')
  expect(times(munich)).toEqual([0, 5])
  const late = await new Pbx('hamburg').start()
  await until(() => agent(late) === '200' && times(late)?.length === 2)
})

test('a PBX that comes back after later news of another still tells its own calls', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  berlin.call(NOW, { agent: '100' })
  await until(() => agent(munich) === '100')
  await cut()
  berlin.call(NOW + 10)
  await berlin.leave()
  await join_()
  munich.call(NOW + 20)
  const other = await new Pbx('hamburg').start()
  await until(() => times(other)?.includes(20) === true)
  await berlin.start()
  await until(() => [berlin, munich, other].every((pbx) => times(pbx)?.length === 3), 'all calls')
})

test('two PBXs that were apart agree again: all calls, and the later values', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  berlin.call(NOW, { agent: '100', language: 'de' })
  await until(() => agent(munich) === '100')
  await cut()
  berlin.call(NOW + 10, { agent: '101' })
  munich.call(NOW + 20, { agent: '201', language: null })
  berlin.call(NOW + 15)
  // One of them is restarted meanwhile, and knows what it knew.
  await berlin.leave()
  await berlin.start()
  await until(() => agent(berlin) === '101')
  await join_()
  await until(() => times(berlin)?.length === 4 && times(munich)?.length === 4, 'all calls')
  expect([times(berlin), times(munich)]).toEqual([
    [0, 10, 15, 20],
    [0, 10, 15, 20],
  ])
  expect([berlin.knows()?.values, munich.knows()?.values]).toEqual([{ agent: '201' }, { agent: '201' }])
  expect(berlin.rows.get(ANN)).toEqual(berlin.knows())
})

test('of values that were set at the same time all PBXs keep the same', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  await cut()
  berlin.call(NOW, { agent: '100' })
  munich.call(NOW, { agent: '200' })
  await join_()
  await until(() => agent(berlin) === agent(munich))
  expect(agent(berlin)).toBe('200')
})

test('calls of two PBXs whose channels have the same id are two', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  await cut()
  berlin.call(NOW)
  munich.call(NOW)
  await join_()
  await until(() => times(berlin)?.length === 2 && times(munich)?.length === 2)
})

test('a caller who is forgotten at one PBX is forgotten at all, by one that was away, too', async () => {
  const [berlin, munich, hamburg] = [new Pbx('berlin'), new Pbx('munich'), new Pbx('hamburg')]
  for (const pbx of [berlin, munich, hamburg]) await pbx.start()
  berlin.call(NOW - 5, { agent: '100' })
  munich.call(NOW - 4)
  await until(() => [berlin, munich, hamburg].every((pbx) => times(pbx)?.length === 2))
  await hamburg.leave()
  berlin.forget()
  await until(() => munich.erased.includes(ANN))
  expect([berlin, munich].map((pbx) => [pbx.knows(), pbx.rows.get(ANN)])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
  await hamburg.start()
  await until(() => hamburg.erased.includes(ANN))
  expect(hamburg.knows()).toBeUndefined()
  const held = async () => {
    const files = await readdir(join(home, 'share/memory'), { recursive: true, withFileTypes: true })
    const texts = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name))
    return (await Promise.all(texts.map((path) => readFile(path, 'utf8')))).join()
  }
  // A file that is being replaced may vanish while it is read.
  const isHeld = async () => (await held().catch(() => ANN)).includes(ANN)
  await until(async () => !(await isHeld()), 'the number to be gone from the exchange')
  // What none of them knows any more does not come back by a restart, and a new call begins anew.
  await berlin.leave()
  await berlin.start()
  hamburg.call(Date.now() + 5, { agent: '300' })
  await until(() => agent(berlin) === '300' && agent(munich) === '300')
  expect([berlin, munich, hamburg].map((pbx) => times(pbx)?.length)).toEqual([1, 1, 1])
})

test('nothing of a caller stays in the folder when the time to remember is over, also after a restart', async () => {
  const berlin = await new Pbx('berlin').start()
  berlin.call(Date.now(), {}, ANN, 500)
  await until(async () => (await filesOf('berlin')).length === 1)
  await until(async () => (await filesOf('berlin')).length === 0, 'the file to be removed')
  await berlin.leave()
  const exchange = new FolderExchange(join(home, 'share'), 'eve', 20)
  const memory = { at: NOW - 5, expires: NOW - 1, values: {}, calls: [] }
  await exchange.put('memory/berlin/1', JSON.stringify({ forgotten: 0 }))
  await exchange.put('memory/berlin/2', JSON.stringify({ forgotten: 0, caller: ANN, memory }))
  await exchange.stop()
  await berlin.start()
  await until(async () => (await filesOf('berlin')).length === 0, 'the files of before to be removed')
})

test('recorded calls of a caller whom a PBX does not remember are forgotten, too', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  munich.called.push('+15550000002', ANN)
  berlin.forget()
  await until(() => munich.erased.length > 0)
  expect(munich.erased).toEqual([ANN])
})

test('a caller who is forgotten while the exchange is away is forgotten at all afterwards', async () => {
  const [berlin, munich] = [await new Pbx('berlin').start(), await new Pbx('munich').start()]
  berlin.call(NOW - 5, { agent: '100' })
  await until(() => agent(munich) === '100')
  await cut()
  berlin.forget()
  await berlin.leave()
  await berlin.start()
  await join_()
  await until(() => munich.erased.includes(ANN))
  expect([berlin.knows(), munich.knows()]).toEqual([undefined, undefined])
})

test('what is damaged, or at a key that is not of this caller, is passed over', async () => {
  const berlin = await new Pbx('berlin').start()
  const eve = new FolderExchange(join(home, 'share'), 'eve', 20)
  const memory = { at: NOW, expires: NOW + DAY_MS, values: {}, calls: [] }
  await eve.put('memory/eve/1', '{')
  await eve.put('memory/eve/2', JSON.stringify({ forgotten: 0, caller: ANN, memory }))
  await eve.put(
    'memory/eve/3',
    JSON.stringify({ forgotten: 0, caller: ANN, memory: { ...memory, calls: 'x' } }),
  )
  const munich = await new Pbx('munich').start()
  munich.call(NOW, {}, '+15550000002')
  await until(() => berlin.knows('+15550000002') !== undefined)
  expect(berlin.knows()).toBeUndefined()
  await eve.stop()
})
