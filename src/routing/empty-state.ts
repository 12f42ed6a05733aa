import type { State } from '../conversation/state.js'

/** Whether nothing is kept. Most rules and branches leave no state of their own. */
export function isEmpty(state: State): boolean {
  for (const _ in state) return false
  return true
}
