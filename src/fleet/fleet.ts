/** The fleet part of a running Doorman. Loaded only with DOORMAN_FLEET. */
import { createRequire } from 'node:module'
import type { Overrides } from '../call/overrides.js'
import type { NumberedCall } from '../history/recorded-calls.js'
import { maskNumbers } from '../observability/masking.js'
import type { Settings } from '../settings/index.js'
import { FleetMember, type MemberParts } from './member.js'
import { openExchange } from './open-exchange.js'
import { OverrideOrders } from './override-orders.js'
import { SharedMemory, type SharedMemoryParts } from './shared-memory.js'
import { SharedTables, type SharedTablesParts } from './shared-tables.js'
import { type FleetView, readView } from './view.js'

export interface FleetParts
  extends Pick<MemberParts, 'log' | 'revisions' | 'store' | 'isReady' | 'activeCalls' | 'listen'>,
    Pick<SharedMemoryParts, 'memory' | 'memoryLoaded' | 'recentCallers' | 'forgetStored'>,
    Pick<SharedTablesParts, 'tables'> {
  readonly overrides: Overrides
}

export interface Fleet {
  /** The name of this PBX. */
  readonly name: string
  readonly health: FleetMember['health']
  /** Takes as long as the exchange is away. */
  view(): Promise<FleetView>
  stop(): Promise<void>
}

const { version } = createRequire(import.meta.url)('asterisk-doorman/package.json') as { version: string }

/** Resolves without waiting for the exchange. */
export async function startFleet(settings: Settings, parts: FleetParts): Promise<Fleet> {
  const { DOORMAN_FLEET_NAME: name = '', DOORMAN_FLEET_KEY: publicKey = '', DOORMAN_DATA: data } = settings
  const exchange = await openExchange({
    ...{ address: settings.DOORMAN_FLEET ?? '', name, seed: settings.DOORMAN_FLEET_SEED },
    ca: settings.DOORMAN_FLEET_CA,
  })
  const { overrides, memory, memoryLoaded, recentCallers, forgetStored, tables, ...others } = parts
  const shared = { ...others, exchange, name, publicKey, data }
  const shown = (call: NumberedCall) =>
    settings.DOORMAN_MASK_NUMBERS ? { ...maskNumbers({ ...call }), number: call.number } : call
  const member = new FleetMember({ ...shared, ring: settings.DOORMAN_FLEET_RING, version, shown })
  const orders = new OverrideOrders({ ...shared, overrides })
  const callers = new SharedMemory({ ...shared, memory, memoryLoaded, recentCallers, forgetStored })
  await Promise.all([member.start(), orders.start(), callers.start()])
  new SharedTables({ exchange, name, tables }).start()
  return {
    name,
    get health() {
      return member.health
    },
    view: () => readView(exchange, [...member.orders.values()]),
    async stop() {
      await Promise.all([member.stop(), orders.stop(), callers.stop()])
      await exchange.stop()
    },
  }
}
