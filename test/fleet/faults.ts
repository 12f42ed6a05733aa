import { setTimeout as sleep } from 'node:timers/promises'
import type { Counts } from '../faults/counts.js'
import type { Cluster, Part, PbxName } from './cluster.js'

/** One thing that goes wrong in a fleet while calls come. */
export interface FleetFault {
  readonly name: string
  /** What is done, for the reader of the results. */
  readonly what: string
  /** The longest that a caller may wait, where not 1 s. */
  readonly longestWaitMs?: number
  /** Breaks something, and mends it. @returns when an Asterisk was killed, by `performance.now()` */
  readonly act: (cluster: Cluster) => Promise<number | undefined>
  /** Mends what would be in the way of the next fault, after everything was measured. */
  readonly after?: (cluster: Cluster) => unknown
  /** What must be true beyond the promise, where it is not. */
  readonly judge?: (counts: Counts, cluster: Cluster) => readonly string[]
}

const AWAY_MS = 4_000
/** Stands for an hour: nothing in a PBX counts how long the hub is away. */
const HOUR_MS = 20_000

const killed = (name: PbxName, ...parts: readonly Part[]) =>
  async function act(cluster: Cluster): Promise<number | undefined> {
    const pbx = cluster.pbx(name)
    const at = performance.now()
    await pbx.kill(...parts)
    await sleep(AWAY_MS)
    await pbx.mend()
    await sleep(2_000)
    return parts.includes('asterisk') ? at : undefined
  }

/** While it lasts, nothing of a call may depend on what is broken. */
const during = (breakIt: (cluster: Cluster) => unknown, mend: (cluster: Cluster) => unknown, ms = AWAY_MS) =>
  async function act(cluster: Cluster): Promise<undefined> {
    await breakIt(cluster)
    await sleep(ms)
    await mend(cluster)
    await sleep(1_000)
  }

function allRouted({ offered, routed }: Counts): readonly string[] {
  return offered === routed ? [] : [`${offered - routed} of ${offered} calls were not routed by their rule`]
}

/** Everything that goes wrong, one at a time, in the order of the results. */
export const FLEET_FAULTS: readonly FleetFault[] = [
  {
    name: 'Asterisk killed',
    what: `An Asterisk is killed (SIGKILL), and started again after ${AWAY_MS / 1_000} s.`,
    act: killed('berlin', 'asterisk'),
  },
  {
    name: 'Doorman killed',
    what: `A Doorman is killed, and started again after ${AWAY_MS / 1_000} s. Its Asterisk's calls take the fallback.`,
    act: killed('munich', 'doorman'),
  },
  {
    name: 'leaf killed',
    what: 'The NATS leaf node of a PBX is killed, and started again.',
    act: killed('hamburg', 'leaf'),
    judge: allRouted,
  },
  {
    name: 'hub killed',
    what: 'The NATS hub is killed, and started again.',
    act: during(
      ({ nats }) => nats.hub.kill9(),
      ({ nats }) => nats.hub.start(),
    ),
    judge: allRouted,
  },
  {
    name: 'link cut',
    what: 'The connections between a PBX and the hub are reset, and new ones refused.',
    act: during(
      (cluster) => cluster.pbx('munich').link.cut(),
      (cluster) => cluster.pbx('munich').link.mend(),
    ),
    judge: allRouted,
  },
  {
    name: 'link silent',
    what: 'The connection between a PBX and the hub stays open, but nothing arrives any more, for good.',
    act: during(
      (cluster) => cluster.pbx('hamburg').link.silence(),
      () => undefined,
    ),
    after: async (cluster) => {
      const { link } = cluster.pbx('hamburg')
      link.cut()
      link.mend()
      await sleep(5_000)
    },
    judge: allRouted,
  },
  {
    name: 'PBX gone',
    what: 'Asterisk, Doorman and leaf node of a PBX are killed at once, and started again.',
    act: killed('berlin', 'asterisk', 'doorman', 'leaf'),
  },
  {
    name: 'push',
    what: 'Another revision is pushed to ring canary, and then to all.',
    async act(cluster) {
      await cluster.push('--rings', 'canary,rest', '--for', '1s')
      return undefined
    },
    judge: (counts, cluster) => [
      ...allRouted(counts),
      ...(cluster.revisions.size === 1 ? [] : ['The PBXs have not the same revision']),
    ],
  },
  {
    name: 'PBX gone in a push',
    what: 'The same, and a PBX is killed meanwhile; it catches up when it is back.',
    async act(cluster) {
      const pbx = cluster.pbx('munich')
      const pushed = cluster.push('--rings', 'canary,rest', '--for', '3s').catch(() => undefined)
      await sleep(1_500)
      const at = performance.now()
      await pbx.kill('asterisk', 'doorman', 'leaf')
      await sleep(AWAY_MS)
      await pbx.mend()
      await pushed
      await sleep(4_000)
      return at
    },
    judge: (_counts, cluster) =>
      cluster.revisions.size === 1 ? [] : ['The PBX that was away has not caught up'],
  },
  {
    name: 'unsigned order',
    what: 'Orders that nobody signed, damaged or made for another ring, are put where PBXs take theirs.',
    async act(cluster) {
      const publisher = cluster.nats.open('publisher')
      for (let tries = 0; !publisher.isUp && tries < 50; tries++) await sleep(100)
      for (const order of ['', 'nothing', '{}', `{"order":"{}","signature":"${'A'.repeat(86)}=="}`]) {
        await publisher.put('orders/rest', order)
        await sleep(500)
      }
      return undefined
    },
    judge: allRouted,
  },
  {
    name: 'an hour without hub',
    what: `The hub is away for ${HOUR_MS / 1_000} s, which stand for an hour: nothing in a PBX counts that time. Meanwhile each Doorman is restarted once, one after the other, while its PBX is drained, and decides by what it has on its disk.`,
    async act(cluster) {
      await cluster.nats.hub.kill9()
      for (const pbx of cluster.pbxs) {
        await sleep(HOUR_MS / 4)
        await pbx.drained(async () => {
          await pbx.doorman.stop()
          await pbx.startDoorman()
        })
      }
      await sleep(HOUR_MS / 4)
      await cluster.nats.hub.start()
      await sleep(2_000)
      return undefined
    },
    judge: allRouted,
  },
]
