import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Cluster } from '../fleet/cluster.js'
import { FLEET_FAULTS, type FleetFault } from '../fleet/faults.js'
import { runFleetFault } from '../fleet/run-fault.js'
import { asteriskRoot } from '../support/roots.js'

/** Few and slow calls, beside the other tests; `npm run fleet` has the whole list and the full rate. */
const PER_SECOND = 6

describe('what breaks in a fleet behind Kamailio, under calls', () => {
  let cluster: Cluster
  beforeAll(async () => {
    const install = await asteriskRoot('forky', (line) => void process.stderr.write(`${line}\n`))
    cluster = await Cluster.create(install, PER_SECOND)
    expect(await cluster.routesAgain()).toBeDefined()
  }, 90_000)
  afterAll(() => cluster?.stop())

  test('a PBX gone in a push: no new call is lost, and all agree again', async () => {
    const fault = FLEET_FAULTS.find(({ name }) => name === 'PBX gone in a push') as FleetFault
    // The other tests of this machine make calls wait.
    const patient = { ...fault, longestWaitMs: 10_000 }
    const { offered, routed, fallback, lost, problems } = await runFleetFault(patient, cluster, 500)
    expect(problems).toEqual([])
    expect([lost, routed + fallback]).toEqual([0, offered])
  }, 120_000)
})
