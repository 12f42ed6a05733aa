import { setTimeout as sleep } from 'node:timers/promises'
import { allRouted, type Fault } from './fault.js'

const RELOADS = 10

/** What happens to Asterisk and to its dialplan. */
export const PBX_FAULTS: readonly Fault[] = [
  {
    name: 'Asterisk restarted',
    what: 'Asterisk is stopped gracefully (`core stop gracefully`: calls in progress end first) and started again.',
    async act(stage) {
      await stage.stopGracefully()
      await stage.asterisk.restart()
      await sleep(6_000)
    },
  },
  {
    name: 'dialplan reload',
    what: `The dialplan is reloaded ${RELOADS} times in five seconds.`,
    async act(stage) {
      for (let times = 0; times < RELOADS; times += 1) {
        await stage.reloadDialplan()
        await sleep(500)
      }
    },
    judge: allRouted,
  },
  {
    name: 'flow context removed',
    what: 'The context of one flow is taken out of the dialplan for four seconds.',
    async act(stage) {
      await stage.reloadDialplan(['two'])
      await sleep(4_000)
      await stage.reloadDialplan()
    },
    judge: ({ fallback }) => (fallback > 0 ? [] : ['No call went to the fallback, so the fault did nothing']),
  },
]
