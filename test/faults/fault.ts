import type { Stage } from './stage.js'
import type { Tally } from './tally.js'

/** One thing that goes wrong while calls come. */
export interface Fault {
  /** Its name in the results. */
  readonly name: string
  /** What is done, for those who read the results. */
  readonly what: string
  /** The applications of the Doormen at this PBX; one Doorman called `doorman` where nothing is said. */
  readonly applications?: readonly string[]
  /** The flow files; `FLOW_FILES` where nothing is said. */
  readonly flows?: Readonly<Record<string, string>>
  /** Settings and surroundings of each Doorman. */
  readonly surroundings?: Surroundings
  /** Breaks something, and mends what an admin or a supervisor would mend. Calls come all the time. */
  readonly act: (stage: Stage) => Promise<void>
  /** What must be true beyond that nobody is lost: a sentence for each thing that is not. */
  readonly judge?: (tally: Tally, stage: Stage) => readonly string[]
}

/** How a Doorman of a fault is started. */
export interface Surroundings {
  readonly settings?: Readonly<Record<string, string>>
  /** A command that runs Doorman, by its data folder. What it logs is not heard then, but goes to `doorman.log` there. */
  readonly through?: (data: string) => readonly string[]
}

/** For faults that no caller may notice. */
export function allRouted({ offered, routed }: Tally, { records }: Stage): readonly string[] {
  if (offered === routed) return []
  const others = records.filter(({ outcome }) => outcome !== 'routed' && outcome !== 'routed_without_state')
  const said = others.slice(-2).map(({ outcome, faults }) => `${outcome}: ${faults.join(' ')}`)
  const what = `${offered - routed} of ${offered} calls were not routed by their rule`
  return [said.length === 0 ? `${what}, and no record says why` : `${what} (${said.join('; ')})`]
}
