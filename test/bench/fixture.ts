import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AmiConnection } from '../support/ami-connection.js'
import { type Asterisk, startAsterisk } from '../support/asterisk.js'
import { DOORMAN, generatedDialplan } from '../support/doorman.js'
import { flowFolder } from '../support/flow-folder.js'
import { freePort } from '../support/free-ports.js'
import { asteriskRoot } from '../support/roots.js'
import { doormanBefore } from './before.js'
import { vipNumbers } from './calls.js'
import { benchDialplan, benchTrunks, VIP_FAMILY } from './dialplan.js'
import { benchFlowFiles, OWN_STATE } from './flow-files.js'
import type { BenchOptions } from './options.js'
import type { SystemName } from './systems.js'

/** What all systems share: one private Asterisk, and the flow files. */
export class Fixture {
  private constructor(
    readonly asterisk: Asterisk,
    readonly agiPort: number,
    readonly vips: number,
    /** By state: without, and different for each call. */
    private readonly flows: readonly [string, string],
    private readonly before: readonly string[] | undefined,
    private readonly say: (line: string) => void,
  ) {}

  static async create(options: BenchOptions, say: (line: string) => void): Promise<Fixture> {
    const { rules, vips, systems } = options
    const before = systems.includes('doorman_before') ? doormanBefore(say) : undefined
    const install = await asteriskRoot('forky', say)
    const flowsWith = (state: Readonly<Record<string, string>>) =>
      flowFolder(benchFlowFiles(rules, vips, state)).path
    const flows = [flowsWith({}), flowsWith(OWN_STATE)] as const
    const agiPort = await freePort('tcp')
    const asterisk = await startAsterisk(install, {
      ...{ extraDialplan: benchDialplan(agiPort), isQuiet: true, leftovers: flows },
      overrides: { 'pjsip.conf': benchTrunks(), 'modules.conf': 'load = res_speech.so\nload = res_agi.so' },
    })
    try {
      await fillVips(asterisk, vips)
    } catch (error) {
      await asterisk.stop()
      throw error
    }
    return new Fixture(asterisk, agiPort, vips, flows, before, say)
  }

  flowsOf(system: SystemName): string {
    return this.flows[system === 'doorman_own' ? 1 : 0]
  }

  /** The command line of Doorman, or of the one of an earlier commit. */
  doormanOf(system: SystemName): readonly string[] {
    return system === 'doorman_before' ? (this.before ?? []) : DOORMAN
  }

  /**
   * Restarts Asterisk with the dialplan that this system's Doorman generates. Each turn begins so: for half a minute
   * after an overload Asterisk keeps transactions and takes twice as long for a call.
   */
  async renew(system: SystemName): Promise<void> {
    const text = generatedDialplan(this.flowsOf(system), {}, this.doormanOf(system))
    writeFileSync(join(this.asterisk.folder, 'etc/extensions_doorman.conf'), text)
    await this.asterisk.restart()
  }

  /** Waits until Asterisk has no channel; restarts it where some stay or where it has died. */
  async settle(): Promise<void> {
    for (const start = Date.now(); Date.now() - start < SETTLE_MS; await sleep(500)) {
      const channels = await this.asterisk.cli('core show channels count').catch(() => 'no answer')
      if (/^0 active channels/m.test(channels)) return
    }
    this.say('  Asterisk kept channels or died; it is restarted')
    await this.asterisk.restart()
  }

  stop(): Promise<void> {
    return this.asterisk.stop()
  }
}

const SETTLE_MS = 10_000
const AT_ONCE = 200

/** The dialplan by hand keeps its VIP numbers in Asterisk's own database. */
async function fillVips(asterisk: Asterisk, vips: number): Promise<void> {
  const line = await AmiConnection.open(asterisk.observer.ami)
  const numbers = vipNumbers(vips)
  const put = (number: string) => line.send({ Action: 'DBPut', Family: VIP_FAMILY, Key: number, Val: '1' })
  try {
    for (let at = 0; at < numbers.length; at += AT_ONCE)
      await Promise.all(numbers.slice(at, at + AT_ONCE).map(put))
  } finally {
    line.close()
  }
}
