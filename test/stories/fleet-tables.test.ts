import { afterAll, beforeAll, describe } from '@jest/globals'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { sharedTablesContract } from '../fleet/shared-tables-contract.js'

let fleet: NatsFleet
beforeAll(async () => {
  fleet = await NatsFleet.start(['berlin', 'munich', 'hamburg'])
  fleet.probeMs = 300
  // It makes the streams.
  fleet.open('publisher')
})
afterAll(() => fleet.stop())

describe('tables that a fleet shares over NATS', () => {
  sharedTablesContract({
    open: async (name) => fleet.open(name),
    cut: async (name) => fleet.leaves.get(name)?.kill9(),
    mend: async (name) => fleet.leaves.get(name)?.start(),
  })
})
