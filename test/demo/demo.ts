/**
 * `npm run demo`: a real Asterisk and Doorman, real calls, and where the PBX says that they landed. In order:
 *
 *     Asterisk ▶ its dialplan ▶ witness ▶ Doorman ▶ calls ▶ table ▶ stay up
 *
 * and all of it down again in reverse when it is asked to stop, or when something fails.
 */
import { startAsterisk } from '../support/asterisk.js'
import { runToEnd } from '../support/child.js'
import { DOORMAN, startDoorman } from '../support/doorman.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { Witness } from '../support/witness.js'
import { findAsterisk } from './install.js'
import { jsonLine } from './json-line.js'
import { type DemoOptions, parseOptions, USAGE, WrongUsage } from './options.js'
import { type Lab, play } from './play.js'
import { isOk, type Result } from './scenario.js'
import { SCENARIOS } from './scenarios.js'
import { Stage } from './stage.js'
import { stay } from './stay.js'
import { formatTable } from './table.js'

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const print = (text: string): void => void process.stdout.write(`${text}\n`)

process.exit(await main())

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2))
    if (options !== 'help') return await demo(options)
    print(USAGE.trimEnd())
    return 0
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error
    say(`${error.message}\n${USAGE.trimEnd()}`)
    return 2
  }
}

async function demo(options: DemoOptions): Promise<number> {
  const stage = new Stage()
  stage.listen(say)
  try {
    const lab = await start(stage)
    const results = await stage.unlessStopped(placeCalls(lab))
    show(results, options)
    if (!options.once) await stay(lab, stage, print)
    return results.every(isOk) ? 0 : 1
  } catch (error) {
    // Stopped as asked is well, except where somebody waits for results that there are not.
    if (stage.isStopped) return options.once ? 130 : 0
    say(error instanceof Error ? error.message : String(error))
    return 1
  } finally {
    await stage.clear(say)
  }
}

async function start(stage: Stage): Promise<Lab> {
  const install = await findAsterisk(say, stage.signal)
  const generatedDialplan = await dialplan()
  const from = install.where === 'system' ? 'installed here; a private instance' : 'its own folder and ports'
  say(`Starting Asterisk ${install.version} (${from}) and Doorman …`)
  const asterisk = await stage.up(startAsterisk(install, { generatedDialplan }), (part) => part.stop())
  const witness = await stage.up(Witness.open(asterisk.witness), (part) => part.close())
  const doorman = await stage.up(startDoorman(asterisk), (part) => part.stop())
  return { asterisk, witness, doorman }
}

/** The contexts between trunk and flows, as an admin gets them. */
async function dialplan(): Promise<string> {
  const { code, output } = await runToEnd([...DOORMAN, 'dialplan'], 20_000, { cwd: repositoryFolder() })
  if (code === 0) return output
  throw new Error(`doorman dialplan failed:\n${output.trim()}`)
}

/** All at once; the results keep the order of the scenarios. */
async function placeCalls(lab: Lab): Promise<readonly Result[]> {
  say(`Placing ${SCENARIOS.length} SIP calls …`)
  return Promise.all(SCENARIOS.map((scenario) => play(scenario, lab)))
}

function show(results: readonly Result[], { json }: DemoOptions): void {
  print(json ? results.map(jsonLine).join('\n') : `\n${formatTable(results).trimEnd()}`)
  const landed = results.filter(isOk).length
  say(`\n${landed} of ${results.length} calls landed as expected, by the PBX's own account.`)
}
