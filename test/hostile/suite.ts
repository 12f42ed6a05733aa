import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import type { Asterisk } from '../support/asterisk.js'
import type { RunningDoorman } from '../support/doorman.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { HostileCaller } from './caller.js'

/** What a PBX and its Doorman are after some hostile messages. */
export interface Aftermath {
  /** Channels that are still there though their time is over, in Asterisk's own words. */
  readonly stuck: string
  /** SIP status of a good call that came next; its flow alone answers so. */
  readonly goodCall: number | undefined
  readonly goodFlow: string
  readonly asteriskIsSame: boolean
  readonly doormanIsAlive: boolean
  /** Names of files that a payload made. */
  readonly traces: readonly string[]
  /** What was no JSON object on a line of Doorman's log, and lines that tell of a defect. */
  readonly brokenLines: readonly string[]
}

export const UNHARMED = {
  ...{
    stuck: '0 active channels',
    goodCall: 486,
    goodFlow: 'vip',
    asteriskIsSame: true,
    doormanIsAlive: true,
  },
  ...{ traces: [], brokenLines: [] },
}

/** Two seconds are the dialplan's limit; the rest is for Asterisk to clear up on a busy machine. */
const CLEAR_MS = 8_000

/** Two callers, at the addresses of a trusted trunk and of an untrusted one, and a look at what they did. */
export class HostileSuite {
  readonly #pid: number

  private constructor(
    readonly asterisk: Asterisk,
    readonly doorman: RunningDoorman,
    readonly mark: string,
    readonly trusted: HostileCaller,
    readonly untrusted: HostileCaller,
  ) {
    this.#pid = asterisk.pid
  }

  static async open(asterisk: Asterisk, doorman: RunningDoorman, mark: string): Promise<HostileSuite> {
    const port = asterisk.ports.sip
    const [trusted, untrusted] = [
      await HostileCaller.open('127.0.0.2', port),
      await HostileCaller.open('127.0.0.3', port),
    ]
    return new HostileSuite(asterisk, doorman, mark, trusted, untrusted)
  }

  close(): void {
    this.trusted.close()
    this.untrusted.close()
  }

  /** Where payloads are to leave their traces. */
  get folder(): string {
    return this.asterisk.folder
  }

  async aftermath(): Promise<Aftermath> {
    const stuck = await this.#channels()
    const { status, record } = await this.#goodCall()
    return {
      stuck,
      goodCall: status,
      goodFlow: record?.flow ?? 'none',
      asteriskIsSame: this.asterisk.pid === this.#pid && isAlive(this.#pid),
      doormanIsAlive: isAlive(this.doorman.pid),
      traces: tracesOf(this.mark, {
        deep: [this.folder],
        flat: [tmpdir(), '/tmp', '/', repositoryFolder(), dirname(repositoryFolder())],
      }),
      brokenLines: this.#brokenLines(),
    }
  }

  async #channels(): Promise<string> {
    const deadline = Date.now() + CLEAR_MS
    for (;;) {
      const shown = await this.asterisk.cli('core show channels count')
      const count = /^(\d+ active channels?)/m.exec(shown)?.[1] ?? shown
      if (count === UNHARMED.stuck || Date.now() > deadline) return count
      await sleep(50)
    }
  }

  async #goodCall(): Promise<{ status: number | undefined; record: DecisionRecord | undefined }> {
    const headers = ['X-VIP: gold', 'X-Note: good']
    const good = { from: '<sip:+15551234567@carrier.example>', to: '1000', headers }
    const { callId, status } = await this.trusted.invite(good, 4_000)
    const record = await this.doorman.record(callId, 2_000).catch(() => undefined)
    return { status, record }
  }

  #brokenLines(): string[] {
    const { lines, noise } = this.doorman
    const odd = lines.filter(
      (line) => typeof line !== 'object' || line === null || Array.isArray(line) || line.event === 'defect',
    )
    return [...(noise === '' ? [] : [noise]), ...odd.map((line) => JSON.stringify(line))]
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * Every file or folder whose name holds the mark: what a payload made, if one ever worked. `deep` are folders of our
 * own, `flat` those of the machine, into which a name with `../` may lead.
 */
export function tracesOf(
  mark: string,
  { deep, flat }: Readonly<Record<'deep' | 'flat', readonly string[]>>,
): readonly string[] {
  const names = [
    ...deep.flatMap((folder) => namesIn(folder, true)),
    ...flat.flatMap((one) => namesIn(one, false)),
  ]
  return names.filter((name) => name.includes(mark))
}

function namesIn(folder: string, isDeep: boolean): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      return isDeep && entry.isDirectory() ? [path, ...namesIn(path, true)] : [path]
    })
  } catch {
    // Somebody else's folder, or one that went meanwhile.
    return []
  }
}
