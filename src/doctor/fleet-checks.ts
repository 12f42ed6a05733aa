import { within } from '../lib/waiting.js'
import { check, fault, ok, sentence, warning } from './check.js'

const REACH_MS = 6_000
const OTHER_KEY =
  'Copy DOORMAN_FLEET_KEY from fleet.env again; if it is right, somebody else writes to the exchange.'

/** Whether the exchange of the fleet is reached as this PBX, takes its values, and has orders of the publisher it knows. */
export const FLEET = check('fleet', [], async ({ settings }) => {
  const { DOORMAN_FLEET: address, DOORMAN_FLEET_NAME: name = '', DOORMAN_FLEET_KEY: key = '' } = settings
  if (address === undefined) return []
  const [{ openExchange }, { lastPart, list }, { readOrder }] = await Promise.all([
    import('../fleet/open-exchange.js'),
    import('../fleet/exchange.js'),
    import('../fleet/orders.js'),
  ])
  const { DOORMAN_FLEET_SEED: seed, DOORMAN_FLEET_CA: ca } = settings
  const exchange = await openExchange({ address, name, seed, ca })
  try {
    const orders = await within(REACH_MS, address, list(exchange, 'orders/'))
    await exchange.put(`memory/${name}/doctor`, '')
    const refused = [...orders].flatMap(([at, order]) => {
      try {
        readOrder('revision', order, key, 0)
        return []
      } catch (error) {
        return warning(`${at} is not taken: ${sentence((error as Error).message)}`, OTHER_KEY)
      }
    })
    if (refused.length > 0) return refused
    const rings = [...orders.keys()].map(lastPart)
    const pushed = rings.length === 0 ? 'nothing was pushed yet' : `pushed to ring ${rings.join(', ')}`
    return ok(`${name} reaches ${address}; ${pushed}.`)
  } catch (error) {
    const why = exchange.problem || (error as Error).message
    const says = `${name} does not reach ${address}: ${sentence(why)} It decides by what it has.`
    return fault(
      says,
      'Check the leaf node and the hub (systemctl status nats-server), or that the folder is mounted.',
    )
  } finally {
    await exchange.stop()
  }
})
