import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Fault } from './fault.js'

const BLOCKER = pathToFileURL(join(import.meta.dirname, 'block-loop.js')).href
const WRONG = { DOORMAN_ARI_PASSWORD: 'wrong', DOORMAN_AMI_SECRET: 'wrong' }

/** What happens to the process of one Doorman. */
export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: 'kill -9',
    what: 'Doorman is killed; two seconds later a supervisor starts it again.',
    async act(stage) {
      stage.doorman().signal('SIGKILL')
      await sleep(2_000)
      await stage.start()
    },
  },
  {
    name: 'SIGSTOP',
    what: 'Doorman is stopped for six seconds, with its connections open, and then goes on.',
    async act(stage) {
      stage.doorman().signal('SIGSTOP')
      await sleep(6_000)
      stage.doorman().signal('SIGCONT')
    },
  },
  {
    name: 'event loop blocked for 5 s',
    what: 'Something keeps the event loop of Doorman busy for five seconds.',
    surroundings: { settings: { NODE_OPTIONS: `--import ${BLOCKER}` } },
    async act(stage) {
      if (!existsSync(new URL(BLOCKER))) throw new Error(`${BLOCKER} is not there`)
      stage.doorman().signal('SIGUSR2')
      await sleep(7_000)
    },
  },
  {
    name: 'wrong password after a restart',
    what: 'Doorman is stopped and starts with wrong passwords for ARI and AMI; four seconds later with the right ones.',
    async act(stage) {
      await stage.doorman().stop()
      const wrong = stage.launch('doorman', WRONG)
      await sleep(4_000)
      await wrong.stop()
      await stage.start()
    },
  },
]
