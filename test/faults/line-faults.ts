import { setTimeout as sleep } from 'node:timers/promises'
import { allRouted, type Fault } from './fault.js'
import { AMPLE_FLOW_FILES } from './flow-files.js'
import type { Stage } from './stage.js'
import type { Tally } from './tally.js'

/** Two pings of five seconds without an answer, and a new connection after that. */
const NOTICED_MS = 17_000
const SLOW_MS = 250
/** Calls are counted for five seconds, and a second later the line to AMI is closed. */
const RESTING_MS = 10_000

/** What happens to the connections between Doorman and Asterisk. */
export const LINE_FAULTS: readonly Fault[] = [
  {
    name: 'ARI cut',
    what: 'All connections of ARI are reset, and new ones are refused for three seconds.',
    async act({ ari }) {
      ari.cut()
      await sleep(3_000)
      ari.mend()
      await sleep(3_000)
    },
  },
  {
    name: 'ARI half open',
    what: 'The connections of ARI stay open, but nothing arrives on them any more, for good. New ones work.',
    async act({ ari }) {
      ari.silence()
      await sleep(NOTICED_MS)
    },
  },
  {
    name: 'ARI slow',
    what: `Whatever goes over ARI arrives ${SLOW_MS} ms late, in both directions, for six seconds.`,
    async act({ ari }) {
      ari.slow(SLOW_MS)
      await sleep(6_000)
      ari.mend()
    },
  },
  {
    name: 'AMI cut',
    what: 'All connections of AMI are reset, and new ones are refused for three seconds.',
    async act({ ami }) {
      ami.cut()
      await sleep(3_000)
      ami.mend()
      await sleep(2_000)
    },
    flows: AMPLE_FLOW_FILES,
    judge: withoutState,
  },
  {
    name: 'AMI half open',
    what: 'The connection of AMI stays open, but nothing arrives on it any more, for good. New ones work.',
    async act({ ami }) {
      ami.silence()
      await sleep(NOTICED_MS)
    },
    flows: AMPLE_FLOW_FILES,
    judge: withoutState,
  },
  {
    name: 'AMI cut while it rests',
    what: 'The same as "AMI cut", with calls that need no AMI where Asterisk takes notes, and after ten seconds of them.',
    async act({ ami }) {
      await sleep(RESTING_MS)
      ami.cut()
      await sleep(3_000)
      ami.mend()
      await sleep(2_000)
    },
    judge: nothingMissing,
  },
]

/** Without AMI the flow is still the right one, and the record says that the state is missing. */
function withoutState(tally: Tally, stage: Stage): readonly string[] {
  const isSaid = stage.records.some(
    ({ outcome, faults }) => outcome === 'routed_without_state' && faults.length > 0,
  )
  return [
    ...allRouted(tally, stage),
    ...(isSaid ? [] : ['No decision record says "routed_without_state", and why']),
  ]
}

/** Asterisk 22 takes notes, and 16 does not: there, state may be missing, and the record says so. */
function nothingMissing(tally: Tally, stage: Stage): readonly string[] {
  const missing = stage.records.filter(({ outcome }) => outcome === 'routed_without_state').length
  const takesNotes = Number.parseInt(stage.asterisk.version, 10) >= 22
  const without = `${missing} calls went without state, though nothing needed AMI`
  return [...allRouted(tally, stage), ...(takesNotes && missing > 0 ? [without] : [])]
}
