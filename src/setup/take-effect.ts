import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Console } from './console.js'
import type { Change } from './files.js'

/** A part of Asterisk that setup changes. */
export type Part = 'ARI' | 'AMI' | 'dialplan'

/** The files of each part, and the commands that make Asterisk read them again, and no others. */
const PARTS: Readonly<Record<Part, { readonly files: RegExp; readonly reload: readonly string[] }>> = {
  ARI: { files: /^(http|ari)(_.*)?\.conf$/, reload: ['module reload http', 'module reload res_ari.so'] },
  AMI: { files: /^manager(_.*)?\.conf$/, reload: ['manager reload'] },
  dialplan: { files: /^extensions(_.*)?\.conf$/, reload: ['dialplan reload'] },
}

/** The parts that read these files. */
export function partsOf(changes: readonly Change[]): readonly Part[] {
  const reads = (part: Part) => changes.some(({ path }) => PARTS[part].files.test(basename(path)))
  return (Object.keys(PARTS) as Part[]).filter(reads)
}

export function reloadCommands(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => PARTS[part].reload)
}

/** What a part does now, or why it does not do what it should. */
export interface PartState {
  readonly part: Part
  readonly says: string
  readonly isRight: boolean
}

const TRIES = 10
const PAUSE_MS = 200

/** Reloads these parts, and says what all parts do then. */
export async function reload(
  parts: readonly Part[],
  console: Console,
  look: () => Promise<readonly PartState[]>,
): Promise<readonly PartState[]> {
  for (const command of reloadCommands(parts)) await console.command(command)
  // A server opens its port a moment after the command.
  for (let tried = 1; ; tried++) {
    const states = await look()
    if (tried === TRIES || states.every(({ isRight }) => isRight)) return states
    await sleep(PAUSE_MS)
  }
}
