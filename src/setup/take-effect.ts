import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lookForMarker } from '../asterisk/ami/dialplan.js'
import { withAmi } from '../asterisk/ami/session.js'
import { askVersion } from '../asterisk/ari/connection.js'
import { AriHttp } from '../asterisk/ari/http.js'
import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js'
import { amiAccess, ariAccess, type Settings } from '../settings/index.js'
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

/** Logs in with the settings, as Doorman does, and looks which dialplan runs. */
export async function lookAt(settings: Settings, dialplan: GeneratedDialplan): Promise<readonly PartState[]> {
  const http = new AriHttp(ariAccess(settings))
  const ari = await state('ARI', async () => {
    await askVersion(http, settings.DOORMAN_ARI_URL).finally(() => http.stop())
    return `${settings.DOORMAN_ARI_URL} accepts ${settings.DOORMAN_ARI_USERNAME}`
  })
  const access = amiAccess(settings)
  const ami = await state('AMI', () =>
    withAmi(access, async () => `${access.host}:${access.port} accepts ${access.username}`),
  )
  const entry = await state('dialplan', async () => {
    const running = await withAmi(access, (session) => lookForMarker(session, dialplan))
    if (running.state === 'current') return 'runs the contexts doorman, doorman-go and doorman-fallback'
    if (running.state === 'other')
      throw new Error('runs other contexts of these names: not those that were written')
    throw new Error(`does not have ${running.contexts.map((name) => `[${name}]`).join(', ')}`)
  })
  return [ari, ami, entry]
}

async function state(part: Part, work: () => Promise<string>): Promise<PartState> {
  return work().then(
    (says) => ({ part, says, isRight: true }),
    (error: Error) => ({ part, says: error.message, isRight: false }),
  )
}
