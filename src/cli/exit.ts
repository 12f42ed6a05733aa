import { FlowFilesError } from '../flows/problem.js'
import { SettingsError } from '../settings/index.js'
import { showAside } from './terminal.js'

/** What a command tells the shell: well, the answer is no, or it was used wrongly. */
export const EXIT = { well: 0, no: 1, usedWrongly: 2 } as const

/** An answer of "no" that is not a defect; its message is for the admin. */
export class Refusal extends Error {}

/** The command cannot do what it was asked, because it was asked wrongly. */
export class UsageError extends Error {}

/** Prints what went wrong, without a stack where it is nobody's defect, and returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof SettingsError)
    return say('The settings cannot be used:', error.problems, EXIT.usedWrongly)
  if (error instanceof UsageError) return say(error.message, [], EXIT.usedWrongly)
  if (error instanceof FlowFilesError) return say('The flow files cannot be used:', [error.message], EXIT.no)
  if (error instanceof Refusal) return say(error.message, [], EXIT.no)
  return say(
    'This is a defect in Doorman; please report it:',
    [(error as Error).stack ?? String(error)],
    EXIT.no,
  )
}

function say(heading: string, lines: readonly string[], code: number): number {
  showAside(`${[heading, ...lines].join('\n')}\n`)
  return code
}
