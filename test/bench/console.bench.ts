/**
 * What the web console costs calls, and whether it is right and quick, on one Asterisk and one Doorman. Writes
 * test/bench/CONSOLE.md:
 *
 *     npm run bench:console             about five minutes; exit code 1 where a promise is not kept
 *     npm run bench:console -- 1 5      one turn, of five seconds instead of a minute; only prints
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { openBrowser } from '../support/browser.js'
import { Load, type PlacedCall, placed, userAgent } from '../support/calls.js'
import { ConsoleStream, PLANNED, plannedCall, wrongRows } from '../support/console-stream.js'
import { Lab } from '../support/lab.js'
import { repositoryFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { writtenBy } from '../support/written-by.js'
import { median, rounded, spreadOf } from './percentile.js'

const [turns = 3, seconds = 60] = process.argv.slice(2).map(Number)
const isWhole = process.argv.length === 2
/** The page keeps 3,000 rows: after so long it has all that it keeps. */
const FILLED_S = isWhole ? 35 : 5
const TURN_S = seconds / turns
const TOKEN = 'a-token-for-the-bench'
const MIB = 1_048_576

/** Name, what was measured, the most that is promised, and the unit. */
const results: (readonly [what: string, value: number, most: number, unit: string])[] = []
const say = (line: string) => void process.stderr.write(`${line}\n`)
const result = (what: string, value: number, most: number, unit: string) => {
  results.push([what, rounded(value, 2), most, unit])
  say(`${value <= most ? 'OK    ' : 'BEYOND'} ${what}: ${rounded(value, 2)} ${unit} (at most ${most})`)
}

const lab = await Lab.start(await asteriskRoot('forky', say), {
  ...{ ...PLANNED, isQuiet: true },
  settings: { DOORMAN_TOKENS: `ann:operator:${TOKEN}` },
})
const browser = await openBrowser()
const caller = await userAgent(lab.asterisk, 'carrier-a')
try {
  const doorman = await lab.startDoorman()
  const control = join(lab.asterisk.folder, 'doorman-data/control.json')
  const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string }
  const residentMb = () => {
    const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${doorman.pid}/status`, 'utf8')) ?? []
    return Number(kb) / 1_024
  }
  let next = 0
  /** The numbers of the calls that were placed, and how they went. */
  const place = async (perSecond: number, forSeconds: number) => {
    const first = next
    const calls = Math.ceil(perSecond * forSeconds)
    next += calls
    const one = (at: number): Promise<PlacedCall> => placed(caller.call(plannedCall(first + at)), {})
    const went = await new Load(one, perSecond, calls).start()
    return { numbers: Array.from({ length: calls }, (_, at) => first + at), went }
  }

  await place(100, 3)
  await firstLoads(url)
  await whatIfs(url, 'rules', '5550000001')
  await whatIfs(url, 'a code flow', '5550000009')

  say('A stream at 300 calls/s, in turns with none')
  const stream = new ConsoleStream()
  const p99 = { without: [] as number[], with: [] as number[] }
  const streamed: number[] = []
  const memory: number[] = []
  for (let turn = 0; turn < turns * 2; turn++) {
    const which = turn % 2 === 0 ? 'without' : 'with'
    if (which === 'with') await stream.open(url, TOKEN)
    await sleep(500)
    const { numbers, went } = await place(300, TURN_S)
    p99[which].push(spreadOf(went.map(({ wait_ms }) => wait_ms)).p99)
    say(`  ${which.padEnd(7)} p99 ${p99[which].at(-1)?.toFixed(2)} ms`)
    await sleep(1_000)
    if (which === 'with') {
      streamed.push(...numbers)
      memory.push(residentMb())
      await stream.close()
    }
  }
  // A connection begins with the rows that came meanwhile: those of the turns without it.
  const known = new Set(streamed.map((at) => plannedCall(at).from))
  const own = stream.rows.filter(({ callerNumber }) => known.has(callerNumber))
  result('rows of a stream at 300 calls/s that are wrong', wrongRows(own, streamed).length, 0, 'rows')
  result('p99 of calls with a stream', median(p99.with) / median(p99.without), 1.1, 'times that without')
  result(
    'memory of Doorman from the first turn to the last',
    (memory.at(-1) ?? 0) / (memory[0] ?? 1),
    1.15,
    'times',
  )

  say('The page at 100 calls/s')
  const page = await signedIn(url)
  const heap = heapOf(page)
  await place(100, FILLED_S)
  const [before, heapBefore] = [residentMb(), await heap()]
  const { numbers } = await place(100, seconds)
  await sleep(1_500)
  result('rows of the page at 100 calls/s that are wrong', await wrongOnPage(page, numbers), 0, 'rows')
  result('memory of Doorman with the page', residentMb() / before, 1.15, 'times')
  result('heap of the page', (await heap()) / heapBefore, 1.25, 'times')
  say(`  Doorman ${residentMb().toFixed(0)} MB, heap of the page ${((await heap()) / MIB).toFixed(1)} MiB`)
} finally {
  caller.close()
  await browser.close()
  await lab.stop()
}
if (isWhole) writeFileSync(join(repositoryFolder(), 'test/bench/CONSOLE.md'), report())
process.exit(results.every(([, value, most]) => value <= most) ? 0 : 1)

async function signedIn(url: string): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  await page.goto(url)
  await page.getByLabel('Token').fill(TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('.calls tbody tr').first().waitFor()
  return page
}

/** From the request to the list of calls, which can be filtered then. The browser keeps no file (no-store). */
async function firstLoads(url: string): Promise<void> {
  const page = await signedIn(url)
  const loads: number[] = []
  for (let load = 0; load < 11; load++) {
    await page.goto('about:blank')
    const start = performance.now()
    await page.goto(url)
    await page.locator('.calls tbody tr').first().waitFor()
    loads.push(performance.now() - start)
  }
  await page.context().close()
  result('a load of the page until it lists calls, median', median(loads.slice(1)), 300, 'ms')
}

async function whatIfs(url: string, decidedBy: string, to: string): Promise<void> {
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const waits: number[] = []
  for (let at = 0; at < 200; at++) {
    const { from } = plannedCall(at)
    const body = JSON.stringify({ from, to, trunk: 'carrier-a' })
    const start = performance.now()
    await (await fetch(`${url}/api/explain`, { method: 'POST', headers, body })).json()
    waits.push(performance.now() - start)
  }
  result(`an answer to a what-if by ${decidedBy}, p99`, spreadOf(waits.slice(10)).p99, 50, 'ms')
}

/** Of the newest rows, which are all that the page shows without being asked for more; once the last one is there. */
async function wrongOnPage(page: Page, numbers: readonly number[]): Promise<number> {
  const last = page.locator('.calls').getByText(plannedCall(numbers.at(-1) ?? 0).from)
  await last.first().waitFor({ timeout: 20_000 })
  const texts = await page.locator('.calls tbody tr').allTextContents()
  const newest = numbers.slice(-100)
  return newest.filter((at) => {
    const { from, flow } = plannedCall(at)
    return texts.filter((text) => text.includes(from) && text.includes(`to ${flow}`)).length !== 1
  }).length
}

/** Bytes in use after a collection of garbage. */
function heapOf(page: Page): () => Promise<number> {
  const session = page.context().newCDPSession(page)
  return async () => {
    const chrome = await session
    await chrome.send('HeapProfiler.collectGarbage')
    const { usedSize } = await chrome.send('Runtime.getHeapUsage')
    return usedSize
  }
}

function report(): string {
  const rows = results.map(([what, value, most, unit]) => `| ${what} | ${value} ${unit} | ${most} |`)
  return [
    '# The web console under calls',
    '',
    writtenBy('npm run bench:console'),
    '',
    'One Asterisk and one Doorman, a minute of 300 calls a second with a plain client of the stream in turns with as many',
    'without, and a minute of 100 calls a second with the page in Chromium.',
    '',
    '| | measured | at most |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
