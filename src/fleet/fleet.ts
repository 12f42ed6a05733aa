/** The fleet part of a running Doorman. Loaded only with DOORMAN_FLEET. */
import { createRequire } from 'node:module'
import type { Overrides } from '../call/overrides.js'
import type { NumberedCall } from '../history/recorded-calls.js'
import { maskNumbers } from '../observability/masking.js'
import type { Settings } from '../settings/index.js'
import { FleetMember, type MemberParts } from './member.js'
import { openExchange } from './open-exchange.js'
import { OverrideOrders } from './override-orders.js'
import { type SampledCalls, type SampledCallsParts, sampleCalls } from './sampled-calls.js'
import { SharedMemory, type SharedMemoryParts } from './shared-memory.js'
import { SharedTables, type SharedTablesParts } from './shared-tables.js'
import { type FleetView, fleetReader } from './view.js'

export interface FleetParts
  extends Pick<MemberParts, 'log' | 'revisions' | 'store' | 'isReady' | 'isDrained' | 'activeCalls'>,
    Pick<SampledCallsParts, 'listen'>,
    Pick<SharedMemoryParts, 'memory' | 'memoryLoaded' | 'recentCallers' | 'forgetStored'>,
    Pick<SharedTablesParts, 'tables'> {
  readonly overrides: Overrides
}

export interface Fleet {
  /** The name of this PBX. */
  readonly name: string
  readonly health: FleetMember['health']
  /** Never rejects. */
  view(): Promise<FleetView>
  /** Hears some calls of all PBXs. @returns ends it */
  readonly listen: SampledCalls['listen']
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
  const masked = (call: object) => (settings.DOORMAN_MASK_NUMBERS ? maskNumbers({ ...call }) : call)
  const shown = (call: NumberedCall) => ({ ...masked(call), number: call.number })
  const member = new FleetMember({ ...shared, ring: settings.DOORMAN_FLEET_RING, version, shown })
  const calls = sampleCalls({ ...shared, masked })
  const { taken, notTaken } = member
  const orders = new OverrideOrders({ ...shared, overrides, taken, notTaken })
  const callers = new SharedMemory({ ...shared, memory, memoryLoaded, recentCallers, forgetStored })
  await Promise.all([member.start(), orders.start(), callers.start()])
  new SharedTables({ exchange, name, tables }).start()
  return {
    name,
    get health() {
      return member.health
    },
    view: fleetReader(exchange, member),
    listen: calls.listen,
    async stop() {
      await Promise.all([member.stop(), orders.stop(), callers.stop(), calls.stop()])
      await exchange.stop()
    },
  }
}
