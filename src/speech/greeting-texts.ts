import type { Revision } from '../flows/revision.js'
import type { GreetingText } from './greetings.js'

/** The texts that calls may need under a revision. */
export function greetingTexts(_revision: Revision): Iterable<GreetingText> {
  return []
}
