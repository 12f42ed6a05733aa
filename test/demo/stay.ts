import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../support/build-lock.js'
import { type LogLine, settingsFor } from '../support/doorman.js'
import { labFolder } from '../support/lab-folder.js'
import { landingOf, type Trace } from '../support/trace.js'
import type { Lab } from './play.js'
import { writeSettings } from './settings-file.js'
import type { Stage } from './stage.js'
import { printable } from './table.js'

const LOOK_MS = 200

/** The address by which the sample PBX knows carrier-a, the trunk that the example flows believe. */
const CARRIER_A = '127.0.0.2'

/**
 * Keeps both sides up, says how to call them, and prints a line for each further call.
 *
 * @throws Stopped when that is asked for; an Error when one of the two sides ends by itself
 */
export async function stay(lab: Lab, stage: Stage, print: (line: string) => void): Promise<never> {
  const file = join(labFolder(), 'demo.env')
  const settings = { ...settingsFor(lab.asterisk), DOORMAN_SIP_LOCAL: CARRIER_A }
  await stage.up(Promise.resolve(writeSettings(file, settings)), (remove) => remove())
  print(instructions(lab, relative(process.cwd(), file)))
  return watch(lab, stage, print)
}

async function watch(lab: Lab, stage: Stage, print: (line: string) => void): Promise<never> {
  const known = new Set(lab.witness.traces().map(({ uniqueId }) => uniqueId))
  let heard = lab.doorman.lines.length
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal: stage.signal }).catch(() => stage.signal.throwIfAborted())
    refuseDead(lab)
    for (const line of reloads(lab.doorman.lines.slice(heard))) print(line)
    heard = lab.doorman.lines.length
    for (const { line, uniqueId } of news(lab.witness.traces(), known)) {
      known.add(uniqueId)
      print(line)
    }
  }
}

/** How to call the two sides. */
export function instructions({ asterisk }: Pick<Lab, 'asterisk'>, file: string): string {
  const { username, password } = asterisk.softphone
  const doorman = `npx doorman --settings ${file}`
  return `
Asterisk ${asterisk.version} and Doorman stay up. From another terminal, in this folder:

  ${doorman} call --from +15551234567 --to 5557654321
  ${doorman} call --from 5559990001 --to 5557654321 --header 'X-VIP: gold'
      places a real call as carrier-a; --local 127.0.0.3 places it as carrier-b, whom nobody believes

  a softphone on this machine: SIP over UDP, server 127.0.0.1 port ${asterisk.ports.sip},
      user ${username}, password ${password}; dial 5557654321

  edit flows/routing.yaml, flows/triage.ts or flows/vips.csv: calls from then on go by what you wrote, or you
  read here why it was refused; and what would become of a call, without one, says
  ${doorman} explain --from 5559990001 --to 5557654321 --trunk carrier-a

  ${doorman} doctor
      looks both sides over, as it would beside your own PBX

Each further call, and each change of the flow files, is a line here. Ctrl-C stops both sides.
`
}

/** A line for each call that has landed, or is over, since the last look. */
export function news(
  traces: readonly Trace[],
  known: ReadonlySet<string>,
): readonly { readonly uniqueId: string; readonly line: string }[] {
  return traces.flatMap((trace) => {
    const { uniqueId, caller, channel, steps, hungUp } = trace
    const context = landingOf(trace)?.context ?? (hungUp ? 'hung up before it reached a flow' : undefined)
    if (known.has(uniqueId) || context === undefined || !channel.startsWith('PJSIP/')) return []
    const dialled = steps.at(0)?.extension ?? 'no number'
    return [{ uniqueId, line: printable(`${caller || 'anonymous'} → ${dialled} → ${context}`) }]
  })
}

/** What Doorman says of changed flow files, with the changes, or the problems that made it refuse them. */
export function reloads(lines: readonly LogLine[]): readonly string[] {
  return lines
    .filter(({ event }) => event === 'reload')
    .flatMap(({ message, changes, problems }) =>
      [message, ...texts(changes), ...texts(problems)].map(printable),
    )
}

/** The lines of a list in a log line, indented. */
function texts(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.map((text) => `  ${text}`) : []
}

function refuseDead({ asterisk, doorman }: Lab): void {
  if (!isAlive(asterisk.pid))
    throw new Error(`Asterisk has ended. The end of its log:\n${asterisk.logTail()}`)
  if (isAlive(doorman.pid)) return
  const lines = doorman.lines.slice(-5).map((line) => JSON.stringify(line))
  throw new Error(`Doorman has ended. The end of its log:\n${[...lines, doorman.noise].join('\n')}`)
}
