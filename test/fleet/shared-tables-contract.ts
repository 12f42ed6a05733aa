import { hash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Exchange } from '../../src/fleet/exchange.js'
import { SharedTables } from '../../src/fleet/shared-tables.js'
import { hasNumber } from '../../src/routing/number-table.js'
import type { TableSource } from '../../src/routing/types.js'
import { type TableState, Tables } from '../../src/tables/tables.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { until } from '../support/until.js'

const [ANN, BOB, EVE] = ['+15551234567', '+15550000002', '+15559999999'] as const

export interface SharedTablesFleet {
  open(name: string): Promise<Exchange>
  /** Takes a PBX away from the exchange. */
  cut(name: string): Promise<unknown>
  mend(name: string): Promise<unknown>
}

/** What a fleet of berlin, munich and hamburg does with tables, over any exchange. */
export function sharedTablesContract({ open, cut, mend }: SharedTablesFleet): void {
  let server: Server
  let sent: readonly string[] = []
  /** The PBXs that asked the source. */
  let asked: unknown[] = []
  let pbxs: Pbx[] = []
  /** Each test has a table of its own. */
  let key = 0

  beforeAll(async () => {
    server = createServer(({ headers }, response) => {
      asked.push(headers['x-pbx'])
      response.writeHead(200, { 'content-type': 'text/csv' }).end(`number\n${sent.join('\n')}\n`)
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => void server.close())
  beforeEach(() => {
    key++
    sent = [ANN]
    asked = []
  })
  afterEach(async () => {
    await Promise.all(pbxs.map((pbx) => pbx.stop()))
    for (const { folder } of pbxs) rmSync(folder, { recursive: true, force: true })
    pbxs = []
  })

  function gold(loadedBy: readonly string[] = ['berlin', 'munich']) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const origin = { kind: 'http', url, headers: { 'X-PBX': '{secret.PBX}' } } as const
    const rest = { country: 'US', everyMs: 500, maxDrop: 0.5, loadedBy }
    const source: TableSource = { name: 'gold', key: `k${key}`, origin, ...rest }
    return { tables: new Map([['gold', source]]) }
  }

  /** A PBX with the real tables and the real exchange. */
  class Pbx {
    readonly folder = mkdtempSync(join(tmpdir(), 'doorman-shared-'))
    tables: Tables | undefined
    exchange: Exchange | undefined

    constructor(
      readonly name: string,
      readonly routing = gold(),
    ) {
      pbxs.push(this)
    }

    async start(): Promise<this> {
      const secrets = new Map([['PBX', this.name]])
      const tables = new Tables({ folder: this.folder, databases: new Map(), secrets, log: new KeptLog() })
      const exchange = await open(this.name)
      Object.assign(this, { tables, exchange })
      new SharedTables({ exchange, name: this.name, tables }).start()
      await tables.use(this.routing, 0)
      return this
    }

    get state(): TableState | undefined {
      return this.tables?.states[0]
    }

    has(number: string): boolean {
      const table = this.tables?.of(this.routing).get('gold')
      return table !== undefined && hasNumber(table, number)
    }

    async put(rows: string, version = hash('sha256', rows).slice(0, 12)): Promise<void> {
      await this.exchange?.putContent(`${this.name}/k${key}`, gzipSync(rows))
      const announcement = JSON.stringify({ version, at: Date.now() })
      await this.exchange?.put(`tables/${this.name}/k${key}`, announcement)
    }

    async stop(): Promise<void> {
      await this.tables?.stop()
      await this.exchange?.stop()
    }
  }

  /** berlin has loaded the table before the others begin. */
  async function three() {
    const berlin = await new Pbx('berlin').start()
    const hamburg = await new Pbx('hamburg').start()
    await allHave(ANN, [berlin, hamburg])
    return [berlin, await new Pbx('munich').start(), hamburg] as const
  }
  const allHave = (number: string, who: readonly Pbx[]) =>
    until(() => who.every((pbx) => pbx.has(number)), `${number} at ${who.map(({ name }) => name)}`)
  const versions = (who: readonly Pbx[]) => new Set(who.map(({ state }) => state?.version))
  const asksAlone = (name: string) =>
    until(() => asked.length > 5 && asked.slice(-5).every((pbx) => pbx === name), `${name} alone to ask`)

  test('one PBX asks the source, and all have its rows, under the same version, while it is used', async () => {
    const all = await three()
    sent = [ANN, BOB]
    await allHave(BOB, all)
    expect([asked.includes('hamburg'), versions(all).size]).toEqual([false, 1])
    // A busy machine may hold up berlin for so long that munich asks once, as it should then.
    await asksAlone('berlin')
    const before = all.map(({ state }) => state?.loadedAt)
    await until(() => all.every(({ state }, at) => state?.loadedAt !== before[at]), 'the same rows again')
    const [berlin] = all
    const rows = async () => (await berlin.exchange?.getContent(`berlin/k${key}`))?.length
    expect(await rows()).toBeGreaterThan(0)
    await berlin.tables?.use({ tables: new Map() }, 0)
    await until(async () => (await rows()) === 0, 'the rows to leave the exchange')
  })

  test('the next PBX asks where the first one is gone, until it is back', async () => {
    const [berlin, munich, hamburg] = await three()
    await berlin.stop()
    sent = [ANN, BOB]
    await allHave(BOB, [munich, hamburg])
    expect(asked.at(-1)).toBe('munich')
    await berlin.start()
    await asksAlone('berlin')
    sent = [ANN, EVE]
    await allHave(EVE, [berlin, munich, hamburg])
  })

  test('PBXs that are apart keep their rows, those that may ask do, and all agree afterwards', async () => {
    const [berlin, munich, hamburg] = await three()
    await Promise.all([cut('munich'), cut('hamburg')])
    sent = [ANN, BOB]
    await allHave(BOB, [berlin, munich])
    expect(asked).toContain('munich')
    const says = 'no copy of berlin and munich is younger than 2s'
    await until(() => hamburg.state?.error === says, 'hamburg to miss the copies')
    await hamburg.stop()
    await hamburg.start()
    expect([hamburg.has(ANN), hamburg.has(BOB), asked.includes('hamburg')]).toEqual([true, false, false])
    await Promise.all([mend('munich'), mend('hamburg')])
    await allHave(BOB, [hamburg])
    await asksAlone('berlin')
    await until(() => hamburg.state?.error === null && versions([berlin, munich, hamburg]).size === 1)
  })

  test('a copy of another PBX, a damaged one, and one that drops too much are not taken', async () => {
    const hamburg = await new Pbx('hamburg', gold(['berlin'])).start()
    const nothing = { tables: new Map() }
    const [berlin, munich] = [
      await new Pbx('berlin', nothing).start(),
      await new Pbx('munich', nothing).start(),
    ]
    await until(() => [berlin, munich].every(({ exchange }) => exchange?.isUp), 'both')
    await munich.put(`${EVE}\n`)
    await berlin.put(`${ANN}\n${BOB}\n+15550000003\n`)
    await allHave(BOB, [hamburg])
    await berlin.put(`${EVE}\n${BOB}\n`, '0'.repeat(12))
    await until(() => hamburg.state?.error?.includes('is damaged') === true, 'the damaged copy')
    await berlin.put(`${EVE}\n`)
    await until(() => hamburg.state?.error?.includes('max_drop allows') === true, 'the small copy')
    expect([hamburg.has(BOB), hamburg.has(EVE), asked]).toEqual([true, false, []])
  })
}
