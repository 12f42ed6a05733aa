import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ended, hasEnded, signalGroup, startGuarded } from '../../support/child.js'
import { DOORMAN, settingsFor } from '../../support/doorman.js'
import { ARI_APPLICATION, PASSAGE_APPLICATION } from './dialplan.js'
import type { Stage } from './stage.js'
import type { SystemName } from './systems-table.js'

/** The process that decides the calls of one system, while it has its turn. The dialplan has none. */
export interface Controller {
  readonly pid: number | undefined
  /** Ends it; returns all that it wrote. */
  stop(): Promise<string>
}

interface Program {
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it writes once it takes calls. */
  readonly ready: readonly string[]
}

/** Only the system whose turn it is runs: an idle manager connection alone makes Asterisk do more for each call. */
export async function startController(system: SystemName, stage: Stage): Promise<Controller> {
  if (system === 'dialplan') return { pid: undefined, stop: async () => '' }
  return launch(programOf(system, stage), join(stage.asterisk.folder, `log/${system}-${Date.now()}.log`))
}

function programOf(system: Exclude<SystemName, 'dialplan'>, stage: Stage): Program {
  const { asterisk, agiPort, flows, flowsOwn } = stage
  const { url, username, password } = asterisk.ari
  const vips = String(stage.vips)
  const ready = ['ready']
  switch (system) {
    case 'ari_client':
      return { command: peer('ari-client', [url, username, password, ARI_APPLICATION, vips]), ready }
    case 'fastagi':
      return { command: peer('fastagi', [String(agiPort), vips]), ready }
    case 'passage':
      return { command: peer('passage', [url, username, password, PASSAGE_APPLICATION]), ready }
    case 'passage_ami': {
      const { host, port, username: user, secret } = asterisk.ami
      const ami = [host, String(port), user, secret]
      return { command: peer('passage', [url, username, password, PASSAGE_APPLICATION, ...ami]), ready }
    }
    case 'doorman':
    case 'doorman_own':
      return {
        command: [...DOORMAN, 'run'],
        env: { ...settingsFor(asterisk), DOORMAN_FLOWS: system === 'doorman' ? flows : flowsOwn },
        ready: ['"line":"ARI"', '"line":"AMI"'],
      }
  }
}

function peer(name: string, args: readonly string[]): readonly string[] {
  return [process.execPath, join(import.meta.dirname, `../peers/${name}.js`), ...args]
}

async function launch({ command, env = {}, ready }: Program, log: string): Promise<Controller> {
  const output = openSync(log, 'w')
  const child = startGuarded(command, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const stop = async () => {
    signalGroup(child, 'SIGTERM')
    if (!(await ended(child, 5_000))) signalGroup(child, 'SIGKILL')
    return readFileSync(log, 'utf8')
  }
  try {
    await isReady(child, log, ready)
  } catch (error) {
    await stop()
    throw error
  }
  return { pid: child.pid, stop }
}

const READY_MS = 20_000

async function isReady(child: ChildProcess, log: string, words: readonly string[]): Promise<void> {
  for (const start = Date.now(); Date.now() - start < READY_MS; await sleep(50)) {
    const said = readFileSync(log, 'utf8')
    if (words.every((word) => said.includes(word))) return
    if (hasEnded(child)) throw new Error(`${child.spawnargs.join(' ')} ended at once:\n${said}`)
  }
  throw new Error(`${child.spawnargs.join(' ')} was not ready within ${READY_MS / 1_000} s.`)
}
