import { setTimeout as sleep } from 'node:timers/promises'
import { allRouted, type Fault } from './fault.js'

const TWO = ['doorman-a', 'doorman-b'] as const
const BURST = 5
const AT_ONCE = 1_000

/** Several Doormen at one PBX, and many callers at one time. */
export const CROWD_FAULTS: readonly Fault[] = [
  {
    name: 'two instances, one killed',
    what: 'Of two Doormen the first is killed, and started again four seconds later.',
    applications: TWO,
    async act(stage) {
      stage.doorman('doorman-a').signal('SIGKILL')
      await sleep(4_000)
      await stage.start('doorman-a')
    },
  },
  {
    name: 'two instances, one stopped',
    what: 'Of two Doormen the first is stopped by SIGSTOP for five seconds.',
    applications: TWO,
    async act(stage) {
      stage.doorman('doorman-a').signal('SIGSTOP')
      await sleep(5_000)
      stage.doorman('doorman-a').signal('SIGCONT')
    },
  },
  {
    name: 'rolling restart',
    what: 'Of two Doormen one after the other is ended by SIGTERM and started again.',
    applications: TWO,
    async act(stage) {
      for (const application of TWO) {
        await stage.doorman(application).stop()
        await stage.start(application)
        await sleep(1_000)
      }
    },
    judge: allRouted,
  },
  {
    name: 'burst of 5 times the rate',
    what: `For four seconds there are ${BURST} times as many calls.`,
    async act({ load }) {
      const usual = load.perSecond
      load.perSecond = usual * BURST
      await sleep(4_000)
      load.perSecond = usual
      await sleep(2_000)
    },
  },
  {
    name: '1,000 calls at once',
    what: 'A thousand INVITEs are sent as fast as the socket takes them, beside the usual calls.',
    async act({ load }) {
      load.burst(AT_ONCE)
      await sleep(6_000)
    },
  },
]
