import { execFileSync } from 'node:child_process'
import { AmiLine } from '../../support/ami-line.js'
import { type Asterisk, startAsterisk } from '../../support/asterisk.js'
import { DOORMAN } from '../../support/doorman.js'
import { flowFolder } from '../../support/flow-folder.js'
import { freePort } from '../../support/free-ports.js'
import { asteriskRoot } from '../../support/roots.js'
import { benchDialplan, benchTrunks, VIP_FAMILY } from './dialplan.js'
import { benchFlowFiles, OWN_STATE, vipNumbers } from './flow-files.js'

/** What all systems stand on: one private Asterisk, and the files that Doorman reads. */
export interface Stage {
  readonly asterisk: Asterisk
  readonly flows: string
  /** The same rules, by which each caller's calls are left with a state of their own. */
  readonly flowsOwn: string
  readonly agiPort: number
  readonly rules: number
  readonly vips: number
  /** Waits until no call is left in Asterisk; starts it anew, and says so, where some stay or where it has died. */
  settle(): Promise<'settled' | 'restarted'>
  /** Starts it anew: for half a minute after an overload it keeps transactions, and takes twice as long for a call. */
  renew(): Promise<void>
  stop(): Promise<void>
}

export async function raiseStage(rules: number, vips: number, say: (line: string) => void): Promise<Stage> {
  const install = await asteriskRoot('forky', say)
  const folder = flowFolder(benchFlowFiles(rules, vips))
  const own = flowFolder(benchFlowFiles(rules, vips, OWN_STATE))
  // However early it ends, nothing stays behind.
  process.once('exit', folder.remove).once('exit', own.remove)
  const agiPort = await freePort('tcp')
  const asterisk = await startAsterisk(install, {
    generatedDialplan: doormanDialplan(folder.path),
    extraDialplan: benchDialplan(agiPort),
    isQuiet: true,
    overrides: { 'pjsip.conf': benchTrunks(), 'modules.conf': 'load = res_speech.so\nload = res_agi.so' },
  })
  const stop = () => asterisk.stop()
  await fillVips(asterisk, vips).catch(async (error: Error) => {
    await stop()
    throw error
  })
  return {
    asterisk,
    flows: folder.path,
    flowsOwn: own.path,
    agiPort,
    rules,
    vips,
    stop,
    settle: () => settle(asterisk, say),
    renew: () => asterisk.restart(),
  }
}

/** The contexts as an admin gets them. */
function doormanDialplan(flows: string): string {
  const [node = '', ...args] = DOORMAN
  const env = { PATH: process.env.PATH ?? '' }
  return execFileSync(node, [...args, 'dialplan', '--flows', flows], { encoding: 'utf8', env })
}

const AT_ONCE = 200

/** Asterisk's own database is where a dialplan keeps so many numbers. */
async function fillVips(asterisk: Asterisk, vips: number): Promise<void> {
  const line = await AmiLine.open(asterisk.witness)
  const numbers = vipNumbers(vips)
  const put = (number: string) => line.send({ Action: 'DBPut', Family: VIP_FAMILY, Key: number, Val: '1' })
  try {
    for (let at = 0; at < numbers.length; at += AT_ONCE)
      await Promise.all(numbers.slice(at, at + AT_ONCE).map(put))
  } finally {
    line.close()
  }
}

const SETTLE_MS = 10_000

async function settle(asterisk: Asterisk, say: (line: string) => void): Promise<'settled' | 'restarted'> {
  for (const start = Date.now(); Date.now() - start < SETTLE_MS; ) {
    const channels = await asterisk.cli('core show channels count').catch(() => 'no answer')
    if (/^0 active channels/m.test(channels)) return 'settled'
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  say('  Asterisk did not get rid of its calls, or has died; it is started anew')
  await asterisk.restart()
  return 'restarted'
}
