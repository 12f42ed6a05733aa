import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseVersion } from '../asterisk/version.js'
import type { Change } from './files.js'

/** Asterisk's command line, for what it can be asked and told as root before it knows Doorman's users. */
export interface Console {
  /** As `asterisk -V` says it, without the name; undefined where there is no such program. */
  version(): Promise<string | undefined>
  /** What a command printed; undefined where no Asterisk runs. */
  command(command: string): Promise<string | undefined>
}

/** Where distributions put the program; a user's PATH may lack them. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin']
const LIMIT_MS = 10_000
export const DEFAULT_FOLDER = '/etc/asterisk'

/** The console of the Asterisk whose configuration is in this folder. */
export function asteriskConsole(folder: string): Console {
  // The folder of the control socket stands in asterisk.conf.
  const config = folder === DEFAULT_FOLDER ? [] : ['-C', join(folder, 'asterisk.conf')]
  return {
    async version() {
      const text = (await run(['-V']))?.replace(/^Asterisk\s+/i, '').trim()
      return text !== undefined && parseVersion(text) !== undefined ? text : undefined
    },
    async command(command) {
      return run([...config, '-rx', command])
    },
  }
}

function run(args: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, PATH: [process.env.PATH ?? '', ...FOLDERS].join(':') }
  return new Promise((resolve) => {
    execFile('asterisk', args, { env, timeout: LIMIT_MS }, (error, out) => {
      // A command that Asterisk refuses ends with an exit code, too; one that reached none prints nothing to stdout.
      const isAnswered = error === null || (out.trim() !== '' && !/^Unable to connect/m.test(out))
      resolve(isAnswered ? out : undefined)
    })
  })
}

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
