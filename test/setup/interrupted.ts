/** Applies or undoes a setup in a process of its own, which kills itself after so many steps. */
import { applyPlan, applyUndo, realSteps, type Steps } from '../../src/setup/apply.js'
import type { Change } from '../../src/setup/files.js'
import type { Plan } from '../../src/setup/plan.js'
import type { Manifest } from '../../src/setup/undo.js'

export interface Order {
  readonly doorman: string
  readonly work: { readonly plan: Plan } | { readonly undo: readonly Change[]; readonly manifest: Manifest }
  /** It never comes to a further one. */
  readonly steps: number
}

function dying(most: number): Steps {
  let made = 0
  const step =
    <Args extends readonly unknown[]>(make: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      if (made === most) process.kill(process.pid, 'SIGKILL')
      await make(...args)
      made += 1
    }
  return {
    makeFolder: step(realSteps.makeFolder),
    write: step(realSteps.write),
    removeFile: step(realSteps.removeFile),
    removeFolder: step(realSteps.removeFolder),
  }
}

process.once('message', async ({ doorman, work, steps }: Order) => {
  if ('plan' in work) await applyPlan(work.plan, doorman, dying(steps))
  else await applyUndo(work.undo, work.manifest, doorman, dying(steps))
  process.exit(0)
})
