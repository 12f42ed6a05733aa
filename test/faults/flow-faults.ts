import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { diskOf, fill, onDiskOf } from './disk.js'
import { allRouted, type Fault } from './fault.js'
import { failing, GOOD } from './flow-files.js'
import type { Stage } from './stage.js'
import type { Tally } from './tally.js'

/** Enough for the files of a fresh Doorman and a few seconds of its log. */
const DISK_BYTES = 8 * 1_048_576

/** What happens to flow files and to the disk. */
export const FLOW_FAULTS: readonly Fault[] = [
  codeFault('bad', 'throws'),
  codeFault('endless', 'never returns'),
  {
    name: 'disk full',
    what: 'The disk of log and data is full for five seconds; while it is, a changed revision is to be loaded.',
    surroundings: { through: (data) => onDiskOf(DISK_BYTES, data) },
    async act(stage) {
      const disk = diskOf(stage.doorman().pid, stage.data())
      const logged = () => statSync(join(disk, 'doorman.log')).size
      const empty = fill(disk)
      await sleep(1_000)
      appendFileSync(join(stage.flows, 'routing.yaml'), '# changed while the disk is full\n')
      stage.doorman().signal('SIGHUP')
      await sleep(4_000)
      empty()
      const before = logged()
      await sleep(1_500)
      if (logged() === before) throw new Error('the log did not go on when there was room again')
    },
    judge: allRouted,
  },
]

function codeFault(mode: 'bad' | 'endless', does: string): Fault {
  return {
    name: `${mode} code flow`,
    what: `Every fourth call comes to a function that ${does}; \`otherwise\` is the right place for it.`,
    async act({ load }) {
      load.kinds = [...GOOD, failing(mode)]
      await sleep(6_000)
      load.kinds = GOOD
    },
    judge: othersRouted,
  }
}

/** A function that is left alone for a while takes its own good calls along, and those of nobody else. */
function othersRouted(tally: Tally, { records }: Stage): readonly string[] {
  const failed = records.filter(({ outcome }) => outcome === 'fallback_function').length
  return [
    ...(failed > 0 ? [] : ['No decision record says "fallback_function"']),
    ...(tally.fallback > failed
      ? [`${tally.fallback - failed} calls of other rules went to the fallback`]
      : []),
  ]
}
