import { headerName } from '../routing/format.js'
import type { ReplayResult } from './replay.js'
import type { ReplayGroup } from './tally.js'

/** Beyond these the sentence only says how many there are. */
const MOST_GROUPS = 3

/** `12 of 4,318 calls would change: 9 general_support_flow → sales_flow by rule "Sales hours"; 3 …` */
export function replaySentence({ calls, changed, groups }: ReplayResult): string {
  if (calls === 0) return 'No recorded calls: nothing to replay.'
  if (changed === 0) return `None of ${counted(calls, 'call')} would change.`
  const shown = groups.slice(0, MOST_GROUPS).map((group) => `${thousands(group.count)} ${groupWords(group)}`)
  const hidden = groups.slice(MOST_GROUPS).reduce((sum, { count }) => sum + count, 0)
  if (hidden > 0) shown.push(`${thousands(hidden)} in ${groups.length - MOST_GROUPS} smaller groups`)
  return `${thousands(changed)} of ${counted(calls, 'call')} would change: ${shown.join('; ')}`
}

/** `general_support_flow → sales_flow by rule "Sales hours"` */
export function groupWords({ from, to, rule }: ReplayGroup): string {
  return `${from} → ${to} by ${rule === 'otherwise' ? 'otherwise' : `rule "${rule}"`}`
}

/** What has to be known to read the numbers rightly, a sentence each. */
export function replayNotes({ functionRuns, undecided, unseenHeaders }: ReplayResult): readonly string[] {
  const names = unseenHeaders.map(headerName).join(', ')
  return [
    ...(functionRuns > 0
      ? [`${counted(functionRuns, 'call')} went through a code flow, which may not say the same each time.`]
      : []),
    ...(undecided > 0
      ? [
          `${counted(undecided, 'call')} could not be decided: no worker thread was free for their code flow in time.`,
        ]
      : []),
    ...(names === ''
      ? []
      : [
          `No recorded call has ${names}, which these flow files look at; headers are recorded only once a revision looks at them.`,
        ]),
  ]
}

/** The share of calls that would change, from 0 to 1. */
export function changedShare({ calls, changed }: ReplayResult): number {
  return calls === 0 ? 0 : changed / calls
}

function counted(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}
