/**
 * `npm run demo`: a real Asterisk and Doorman, real calls, and where the PBX says that they went. In order:
 *
 *     Asterisk ▶ its dialplan ▶ observer ▶ Doorman ▶ calls ▶ table ▶ stay up
 *
 * and all of it down again in reverse when it is asked to stop, or when something fails.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { Load, placeCall } from '../support/calls.js'
import { isAlive, ownEnvironment } from '../support/child.js'
import { DOORMAN, settingsFor } from '../support/doorman.js'
import { type AsteriskInstall, systemAsterisk } from '../support/install.js'
import { Lab } from '../support/lab.js'
import { labFolder } from '../support/lab-folder.js'
import { Observer } from '../support/observer.js'
import { asteriskRoot } from '../support/roots.js'
import { CALLS, type Demo, type DemoCall, isOk, place } from './calls.js'
import {
  CUSTOMERS_SETTING,
  customersInstructions,
  flowsWithCustomers,
  startCustomers,
  writeSqlScript,
} from './customers.js'
import { formatTable, instructions, jsonLine, newsLines } from './output.js'

const USAGE = `usage: npm run demo [-- [--once] [--json] [--calls 2/s] [--with-database]]

Starts a private Asterisk and Doorman, places real calls and shows which flow each reached.
Then it stays up, with more calls to look at in the web console.
  --once   stop after that; exit 0 if all went as expected, 1 if not
  --calls 2/s   how many calls keep coming; 1/s unless told otherwise, 0/s for none
  --json   one JSON object a line for each call on standard output, and nothing else there
  --with-database   adds a PostgreSQL with customers, whom an SQL UPDATE makes VIPs
           (npm prints two lines of its own; for a script: npm run --silent demo -- --once --json)`

const WAYS = `Other ways to see Doorman with an Asterisk:
  - the distribution's packages, where it has them:  apt-get install asterisk
    (the demo then runs it as a private instance, and never touches a PBX of this machine)
  - in containers:  docker compose -f docker/compose.yaml up
  - beside a PBX elsewhere:  DOORMAN_ARI_URL=http://pbx.example:8088 npx doorman run  (README, "Beside your own PBX")`

/** After the first signal a further one within this time is the same: npm passes on what the terminal sends, too. */
const SAME_SIGNAL_MS = 1_000
const LOOK_MS = 200

const heardFolder = (): string => join(labFolder(), 'heard')
const heardFile = (at: number): string => join(heardFolder(), `${String(at + 1).padStart(2, '0')}.wav`)
const RENDERED_MS = 60_000

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const print = (text: string): void => void process.stdout.write(`${text}\n`)
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const MOST_PER_SECOND = 50

/** The Call-IDs of the calls that keep coming. */
const OWN_CALLS = `demo-${randomBytes(4).toString('hex')}-`
const isOwnCall = (sipCallId: unknown) => String(sipCallId).startsWith(OWN_CALLS)

process.exit(await main())

async function main(): Promise<number> {
  const boolean = { type: 'boolean', default: false } as const
  try {
    const { values } = parseArgs({
      options: {
        ...{ once: boolean, json: boolean, 'with-database': boolean, help: { ...boolean, short: 'h' } },
        calls: { type: 'string', default: '1/s' },
      },
    })
    const { once, json, 'with-database': withDatabase } = values
    if (!values.help) return await demo({ once, json, withDatabase, perSecond: rateOf(values.calls) })
    print(USAGE)
    return 0
  } catch (error) {
    say(`${textOf(error)}\n${USAGE}`)
    return 2
  }
}

function rateOf(text: string): number {
  const [, rate] = /^(\d+(?:\.\d+)?)\/s$/.exec(text) ?? []
  if (rate !== undefined && Number(rate) <= MOST_PER_SECOND) return Number(rate)
  throw new Error(
    `--calls takes calls per second, as 2/s or 0.5/s, ${MOST_PER_SECOND}/s at most; not ${text}.`,
  )
}

/**
 * Resolves at the first signal; a second one, later, does not wait: then the guards of `startGuarded` end the children,
 * and those of a step that was not over when the first one came.
 */
function stopSignal(): Promise<void> {
  let firstAt: number | undefined
  return new Promise((resolve) => {
    const onSignal = (): void => {
      if (firstAt !== undefined && performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130)
      if (firstAt !== undefined) return
      firstAt = performance.now()
      say('Stopping …')
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  })
}

interface Options {
  readonly once: boolean
  readonly json: boolean
  readonly withDatabase: boolean
  /** Of the calls that keep coming. */
  readonly perSecond: number
}

async function demo(options: Options): Promise<number> {
  const parts = new AsyncDisposableStack()
  // Stopped as asked is OK, except where a script waits for results that there are not.
  const stopped = stopSignal().then(() => (options.once ? 130 : 0))
  try {
    return await Promise.race([play(parts, options), stopped])
  } catch (error) {
    say(textOf(error))
    return 1
  } finally {
    await parts.disposeAsync().catch((error) => say(`While stopping: ${textOf(error)}`))
  }
}

async function play(parts: AsyncDisposableStack, options: Options): Promise<number> {
  const { once, json, withDatabase, perSecond } = options
  const running = await start(parts, withDatabase)
  say(`Placing ${CALLS.length} SIP calls …`)
  mkdirSync(heardFolder(), { recursive: true })
  const results = await Promise.all(CALLS.map((call, at) => place(call, running, heardFile(at))))
  print(json ? results.map(jsonLine).join('\n') : `\n${formatTable(results).trimEnd()}`)
  const count = results.filter(isOk).length
  say(`\n${count} of ${results.length} calls went as expected, by the PBX's own account.`)
  say('What the callers heard is in files. To listen, with aplay, ffplay or a browser:')
  say(`  aplay ${relative(process.cwd(), heardFolder())}/*.wav`)
  if (!once) await stay(running, perSecond, parts)
  return results.every(isOk) ? 0 : 1
}

async function start(parts: AsyncDisposableStack, withDatabase: boolean): Promise<Demo> {
  const install = await findAsterisk()
  const from = install.where === 'system' ? 'installed here; a private instance' : 'its own folder and ports'
  const customers = withDatabase ? parts.adopt(await startCustomers(say), (part) => part.stop()) : undefined
  const database = customers && {
    flows: flowsWithCustomers(),
    settings: { [CUSTOMERS_SETTING]: customers.url },
  }
  say(`Starting Asterisk ${install.version} (${from}) and Doorman …`)
  const lab = parts.adopt(await Lab.start(install, database ?? {}), (part) => part.stop())
  const { asterisk } = lab
  const observer = parts.adopt(await Observer.open(asterisk.observer), (part) => part.close())
  const token = randomBytes(12).toString('hex')
  const doorman = await lab.startDoorman({ DOORMAN_TOKENS: `demo:admin:${token}` })
  // Without it, some of the first calls would hear the greeting without their caller's name.
  await promisify(execFile)(process.execPath, [DOORMAN[1], 'reload', '--wait'], {
    env: { ...ownEnvironment(), ...settingsFor(asterisk), DOORMAN_FLOWS: lab.flows },
    timeout: RENDERED_MS,
  })
  const control = join(asterisk.folder, 'doorman-data/control.json')
  const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string }
  return { asterisk, observer, doorman, customers, flows: lab.flows, console: { url, token } }
}

/** The machine's own Asterisk where there is one, else one out of a Debian root that is fetched once. */
async function findAsterisk(): Promise<AsteriskInstall> {
  const installed = await systemAsterisk().catch((error) => {
    say(`The installed Asterisk is passed over: ${textOf(error)}`)
    return undefined
  })
  if (installed !== undefined) return installed
  return asteriskRoot('forky', say).catch((error) => {
    throw new Error(`No Asterisk can be had here: ${textOf(error)}\n${WAYS}`)
  })
}

/** Keeps both sides up, says how to call them, and prints a line for each further call. Throws where one of them ends. */
async function stay(demo: Demo, perSecond: number, parts: AsyncDisposableStack): Promise<never> {
  const file = join(labFolder(), 'demo.env')
  const { customers, flows } = demo
  const more = customers && { DOORMAN_FLOWS: flows, [CUSTOMERS_SETTING]: customers.url }
  parts.defer(writeSettings(file, { ...settingsFor(demo.asterisk), DOORMAN_SIP_LOCAL: '127.0.0.2', ...more }))
  // Doorman runs by these settings already: doctor must not take them for a change since its start.
  utimesSync(file, 0, 0)
  const settings = relative(process.cwd(), file)
  if (customers !== undefined) {
    const script = writeSqlScript(customers)
    parts.defer(script.remove)
    print(customersInstructions(script.path, `npx doorman --settings ${settings}`, flows).trimEnd())
  }
  const calls = new Load((at) => placeNext(demo.asterisk, at), perSecond)
  if (perSecond > 0) void calls.start()
  parts.defer(() => calls.stop())
  print(instructions(demo, settings, perSecond))
  let seen = demo.doorman.lines.length
  for (;;) {
    await sleep(LOOK_MS)
    refuseDead(demo)
    const news = demo.doorman.lines.slice(seen).filter(({ sipCallId }) => !isOwnCall(sipCallId))
    for (const line of news.flatMap(newsLines)) print(line)
    seen = demo.doorman.lines.length
  }
}

/** The calls of the table in turn, which show in the console and not on the terminal. Never rejects. */
async function placeNext(asterisk: Demo['asterisk'], at: number): Promise<void> {
  const { from, to, trunk, headers } = CALLS[at % CALLS.length] as DemoCall
  const plan = { from, to, trunk, headers: Object.entries(headers), hold_ms: 2_000 }
  await placeCall(asterisk, { ...plan, callId: `${OWN_CALLS}${at}` }).catch(() => undefined)
}

/**
 * Writes a settings file that only its owner may read, and removes it when this process ends in whatever way but
 * SIGKILL. Where a second demo has written its own in the meantime, that one stays.
 */
function writeSettings(file: string, settings: Readonly<Record<string, string>>): () => void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  const text = ['# Of the running demo; it removes this file when it stops.\n', ...lines].join('')
  mkdirSync(labFolder(), { recursive: true })
  // A mode counts only for a file that is made anew.
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  const remove = (): void => {
    try {
      if (readFileSync(file, 'utf8') === text) rmSync(file)
    } catch {
      // It is gone already.
    }
  }
  process.once('exit', remove)
  return remove
}

function refuseDead({ asterisk, doorman }: Demo): void {
  if (!isAlive(asterisk.pid))
    throw new Error(`Asterisk has ended. The end of its log:\n${asterisk.logTail()}`)
  if (isAlive(doorman.pid)) return
  const lines = doorman.lines.slice(-5).map((line) => JSON.stringify(line))
  throw new Error(`Doorman has ended. The end of its log:\n${[...lines, doorman.noise].join('\n')}`)
}
