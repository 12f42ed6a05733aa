import type { Revision } from '../flows/revision.js'
import type { ReplayResult } from '../history/replay.js'
import type { Explained } from '../history/sentence.js'
import type { Candidate } from '../revisions/candidate.js'
import type { OutsideData } from '../routing/outside-data.js'
import type { CallFacts } from '../routing/types.js'
import type { Store } from '../store/store.js'
import type { LiveCalls } from './live-calls.js'

/** What a reload would do now. */
export interface Preview extends Candidate {
  /** Null where the flow files cannot be compiled. */
  readonly replayed: ReplayResult | null
}

export interface ConsoleSource {
  readonly live: LiveCalls
  readonly store: Pick<Store, 'findCalls' | 'revisions' | 'flush'>
  /** Where the active revision would send a call; with an id, where an earlier one would. */
  explain(facts: CallFacts, at: Date, revision?: string): Promise<Explained | undefined>
  revision(): Revision
  /** What rules know besides a call, as it is now. */
  outside(): OutsideData
  preview(): Promise<Preview>
}
