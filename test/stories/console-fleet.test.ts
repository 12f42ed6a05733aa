import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { FolderExchange } from '../../src/fleet/folder-exchange.js'
import { newKeys } from '../../src/fleet/orders.js'
import { Publisher } from '../../src/fleet/publisher.js'
import { push } from '../../src/fleet/rollout.js'
import { type MemberStatus, readStatuses } from '../../src/fleet/status.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { runningDoorman, TOKENS } from '../control/running.js'
import { recordedCalls } from '../history/calls.js'
import { openBrowser } from '../support/browser.js'
import { flowFolder } from '../support/flow-folder.js'
import { until } from '../support/until.js'

const routing = (goto: string) => `
default_country: US
flows: { main: { context: main }, other: { context: other } }
otherwise: ${goto}
`
const AWAY_CALL = 'pbx-with-a-long-name-1700000000.4711'
const REFUSED = '3 of 3 calls would change: 3 main → other'

const folder = mkdtempSync(join(tmpdir(), 'doorman-fleet-page-'))
const keys = newKeys()
const exchange = new FolderExchange(folder, 'publisher', 100)
const publisher = new Publisher(exchange, keys.privateKey, 'ann')
const pbxs: Awaited<ReturnType<typeof runningDoorman>>[] = []
let browser: Browser
let page: Page

const memberOf = (name: string, ring: string, calls: Parameters<typeof runningDoorman>[1]) =>
  runningDoorman({ 'routing.yaml': routing('main') }, calls, {
    ...{ DOORMAN_FLEET: folder, DOORMAN_FLEET_NAME: name, DOORMAN_FLEET_RING: ring },
    DOORMAN_FLEET_KEY: keys.publicKey,
  })

/** Gives the fleet flow files with this way for all calls. */
async function give(goto: string, maxChange?: number) {
  const content = await contentOf(goto)
  const what = { content, rings: ['canary', 'rest'], maxChange, holdMs: 0, expiresMs: 600_000 }
  return push({ exchange, publisher, say: () => undefined }, what)
}

async function contentOf(goto: string) {
  const flows = flowFolder({ 'routing.yaml': routing(goto) })
  const functions = new FunctionRunner()
  const loaded = await loadRevision(flows.path, functions).finally(() => functions.stop())
  flows.remove()
  if (!loaded.ok) throw new Error('The flow files of the test are wrong.')
  return publisher.upload(loaded.files, loaded.revision.id)
}

async function open(url: string, width = 1280, token: string = TOKENS.admin): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const opened = await context.newPage()
  opened.setDefaultTimeout(15_000)
  await opened.goto(url)
  await opened.getByLabel('Token').fill(token)
  await opened.getByRole('button', { name: 'Sign in' }).click()
  await opened.getByRole('heading', { name: 'Calls' }).waitFor()
  return opened
}

const toFleet = (on: Page) =>
  on.getByRole('navigation').getByRole('link', { name: 'Fleet', exact: true }).click()

/** Without waiting for the ten seconds after which it looks by itself. */
async function lookAgain() {
  await page.getByRole('navigation').getByRole('link', { name: 'Audit' }).click()
  await toFleet(page)
}

const rowOf = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) })

beforeAll(async () => {
  pbxs.push(await memberOf('berlin', 'canary', []))
  pbxs.push(await memberOf('munich', 'rest', recordedCalls(3)))
  await until(async () => (await readStatuses(exchange)).length === 2, 'two PBXs')
  browser = await openBrowser()
  page = await open(pbxs[0]?.url ?? '')
}, 90_000)
afterAll(async () => {
  await browser?.close()
  await Promise.all(pbxs.map((pbx) => pbx.stop()))
  await exchange.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a PBX of a fleet shows all of them before the first push', async () => {
  await toFleet(page)
  await page.getByRole('heading', { name: 'Fleet, seen from berlin' }).waitFor()
  await rowOf('berlin').waitFor()
  await page.getByRole('row', { name: /^munich rest .* not ready none yet/ }).waitFor()
  await page.getByText('Nothing was pushed yet.').waitFor()
}, 30_000)

test('each ring says who ordered what, and that its PBXs took it', async () => {
  expect(await give('main')).toMatchObject({ ok: true })
  await page.getByRole('row', { name: /^canary .* by ann taken by 1 of 1/ }).waitFor()
  await page.getByRole('row', { name: /^rest .* by ann taken by 2 of 2/ }).waitFor()
  await page.getByRole('row', { name: /^berlin canary .* taken/ }).waitFor()
}, 60_000)

test('a push that is stopped says at each ring why', async () => {
  const order = { pbx: 'munich', hours: 'gone', state: 'closed', until: '90m', why: '' } as const
  await publisher.override(order, 600_000)
  expect(await give('other', 0.1)).toMatchObject({ ok: false })
  await lookAgain()
  await page.getByRole('row', { name: /^canary .* rolled back munich refused it:/ }).waitFor()
  await page
    .getByRole('row', { name: /^rest .* rolled back/ })
    .getByText(REFUSED)
    .waitFor()
  // What it refused besides is said with it.
  await rowOf('munich').getByText('gone was not taken: There are no hours "gone"').waitFor()
}, 60_000)

test('a push that goes on says how long a ring is watched, and which is next', async () => {
  const about = { content: await contentOf('other'), maxChange: undefined, isRollback: false, earlier: [] }
  await publisher.order({ ...about, ring: 'canary', push: { rings: ['canary', 'rest'], holdMs: 9e7 } }, 6e5)
  await until(async () => (await readStatuses(exchange))[0]?.order?.revision === about.content.revision)
  await lookAgain()
  await page.getByRole('row', { name: /^canary .* watched until .*, taken by 1 of 1, then rest/ }).waitFor()
}, 60_000)

test('calls of all PBXs are listed as they come, and their numbers are masked for viewers', async () => {
  const call = { at: new Date().toISOString(), call: '17.1', outcome: 'routed', ms: 2 }
  const told = [{ ...call, sentence: '+15551234567 went to main' }]
  const says = (pbx: string, number: string) =>
    new RegExp(`${pbx}\\s+${number} went to main\\s+doorman fleet why 17.1\\s+routed`)
  const viewer = await open(pbxs[0]?.url ?? '', 1280, TOKENS.viewer)
  await toFleet(viewer)
  await viewer.getByText('No call since this page was opened.').waitFor()
  await exchange.put('live/munich', JSON.stringify(told))
  await exchange.put('live/berlin', JSON.stringify(told))
  await viewer.getByRole('row', { name: says('munich', '\\+15\\*+67') }).waitFor()
  await page.getByRole('row', { name: says('munich', '\\+15551234567') }).waitFor()
  // Its own calls are here.
  await page.getByRole('link', { name: '+15551234567 went to main' }).waitFor()
  await viewer.context().close()
}, 60_000)

test('a PBX that is away and had fallbacks is seen at once, and its numbers are masked for viewers', async () => {
  const [berlin] = await readStatuses(exchange)
  if (berlin?.order == null) throw new Error('berlin has not reported')
  const away: MemberStatus = {
    ...{ ...berlin, name: 'hamburg', ring: 'canary', at: Date.now() - 120_000, calls: 1_234, fallbacks: 3 },
    lastFallback: { at: new Date().toISOString(), call: AWAY_CALL, outcome: 'fallback_error' },
    order: {
      ...berlin.order,
      isTaken: false,
      problems: ['examples.yaml:3:5: +15551234567 would go to main'],
    },
  }
  await exchange.put('status/hamburg', JSON.stringify(away))
  const seenByAdmin = /away, last heard of 2 min ago.*refused.*\+15551234567.*1,2343.*fallback_error/s
  await rowOf('hamburg').filter({ hasText: seenByAdmin }).waitFor()
  const viewer = await open(pbxs[0]?.url ?? '', 1280, TOKENS.viewer)
  await toFleet(viewer)
  const seenByViewer = /examples.yaml:\d+\*+67 would go to main.*1,2343/s
  await viewer
    .getByRole('row', { name: /^hamburg / })
    .filter({ hasText: seenByViewer })
    .waitFor()
  await viewer.context().close()
}, 60_000)

test.each([360, 1280])(
  'is sound and fits %i pixels',
  async (width) => {
    const seen = await open(pbxs[0]?.url ?? '', width)
    await toFleet(seen)
    await seen
      .getByRole('row', { name: /rolled back/ })
      .first()
      .waitFor()
    const beyond = await seen.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    await seen.evaluate(axe.source)
    const { violations } = await seen.evaluate<axe.AxeResults>('axe.run()')
    expect([beyond, violations.map(({ id }) => id)]).toEqual([0, []])
    await seen.context().close()
  },
  60_000,
)

test('while the exchange is away the page says since when, and shows the others as they were', async () => {
  renameSync(folder, `${folder}-away`)
  await lookAgain()
  await page
    .getByRole('alert')
    .getByText(/cannot be reached since .*: ENOENT.* as they were at /)
    .waitFor()
  await rowOf('hamburg').waitFor()
  renameSync(`${folder}-away`, folder)
  await lookAgain()
  await page.getByRole('alert').waitFor({ state: 'hidden' })
}, 60_000)

test('a Doorman in no fleet has no such page in its menu', async () => {
  const alone = await runningDoorman({ 'routing.yaml': routing('main') }, [])
  pbxs.push(alone)
  const seen = await open(alone.url)
  await seen.getByRole('status').getByText('Revision').waitFor()
  expect(await seen.getByRole('navigation').getByRole('link').allTextContents()).not.toContain('Fleet')
  await seen.goto(`${alone.url}/#/fleet`)
  await seen.getByRole('alert').getByText('This PBX is in no fleet.', { exact: true }).waitFor()
  await seen.context().close()
}, 60_000)
