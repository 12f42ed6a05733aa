/**
 * Pictures of every page of the console, light and dark, wide and narrow, beside a real Asterisk with real calls:
 *
 *     npm run screenshots [-- SECONDS]     writes .lab/screenshots, and the three of the README to docs/images
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { FolderExchange } from '../src/fleet/folder-exchange.js'
import { newKeys } from '../src/fleet/orders.js'
import { Publisher } from '../src/fleet/publisher.js'
import { openBrowser } from './support/browser.js'
import { placeCall } from './support/calls.js'
import { Lab } from './support/lab.js'
import { labFolder, repositoryFolder } from './support/lab-folder.js'
import { asteriskRoot } from './support/roots.js'

const FLOWS = ['vip_support', 'sales', 'general_support', 'night_desk']

/** A CRM, and tables of customers, one of which fails once the pictures of the README are made. */
let isBlockedAway = false
const server = createServer((request, response) => {
  const isTable = request.url?.endsWith('.csv') === true
  response.setHeader('content-type', isTable ? 'text/csv' : 'application/json')
  if (request.url === '/gold.csv') response.end('number,name\n+15551112222,Ada Lovelace\n+15551234567,Dana\n')
  else if (isTable) response.writeHead(isBlockedAway ? 503 : 200).end('number\n+15550009999\n')
  else response.end('{"tier":"silver","owner":{"extension":1007}}')
})
await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const routing = (vip: string, flow: string) => `
default_country: US
trunks:
  carrier-a: { trust: [caller_number, X-VIP, X-Account] }
  carrier-b: { trust: [] }
tables:
  gold: { http: "${origin}/gold.csv", every: 5m }
  blocked: { http: "${origin}/blocked.csv", every: 10s }
vip: { tables: [gold], headers: { X-VIP: [gold, platinum] } }
branches:
  North Branch: { numbers: ["+15557654321"], state: { city: Albany } }
  South Branch: { default: true }
hours:
  office:
    zone: America/New_York
    open: "Mo-Fr 08:30-12:00,13:00-18:00; Sa 10:00-14:00"
    closed: [{ date: "2026-12-25", why: Christmas Day }]
lookups:
  crm: { http: "${origin}/{caller.number}", deadline: 400ms, take: { tier: tier, agent: owner.extension } }
memory: { keep: [agent], for: 90d }
flows: { ${FLOWS.map((name) => `${name}: { context: ${name} }`).join(', ')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: ${vip}, greet: "Welcome back, {caller.name|dear customer}.", play: flow }
  - { name: Gold by CRM, when: { lookup: { crm.tier: gold } }, goto: vip_support }
  - { name: A rule whose name is as long as an admin can make it without being asked to stop, when: { header: { X-Account: { starts_with: EU- } } }, goto: sales }
  - { name: North Branch to sales, when: { branch: North Branch }, goto: ${flow} }
otherwise: general_support
`

const CALLS = [
  { from: '+15551234567', to: '5557654321', trunk: 'carrier-a' },
  { from: '+15550000001', to: '5557654321', trunk: 'carrier-b', headers: [['X-VIP', 'gold']] },
  {
    from: '+15550000002',
    to: '5550000000',
    trunk: 'carrier-a',
    headers: [['X-VIP', 'שלום, a long value'.repeat(3)]],
  },
  { from: '+15550000003', to: '5557654321', trunk: 'carrier-a', headers: [['X-VIP', 'platinum']] },
  { from: '+15550000004', to: '5557654321', trunk: 'carrier-a' },
  { from: '+15550000005', to: '5550000000', trunk: 'carrier-a', headers: [['X-Account', 'EU-4711']] },
] as const

const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } } as const
const TOKEN = 'a-token-for-the-screenshots'

const say = (line: string) => void process.stderr.write(`${line}\n`)
const folder = join(labFolder(), 'screenshots')
const images = join(repositoryFolder(), 'docs/images')
for (const one of [folder, images]) mkdirSync(one, { recursive: true })
const contexts = FLOWS.map((name) => `[${name}]\nexten => s,1,Answer()\n same => n,Wait(5)\n`).join('')
const lab = await Lab.start(await asteriskRoot('forky', say), {
  flows: { 'routing.yaml': routing('vip_support', 'sales') },
  dialplan: contexts,
  settings: { DOORMAN_RELOAD: 'manual', DOORMAN_TOKENS: `ann:admin:${TOKEN}` },
})
const control = join(lab.asterisk.folder, 'doorman-data/control.json')
const browser = await openBrowser()
try {
  await lab.startDoorman()
  const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string }
  const order = (method: string, path: string, body: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    return fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
  }
  await order('PUT', '/overrides/office', { state: 'open', until: '90m', why: 'fair' })
  const until = Date.now() + Number(process.argv[2] ?? 150) * 1_000
  say('Placing calls …')
  while (Date.now() < until) for (const call of CALLS) await placeCall(lab.asterisk, call)
  const draft = (...flows: [string, string]) =>
    writeFileSync(join(lab.flows, 'routing.yaml'), routing(...flows))
  draft('vip_support', 'general_support')
  await order('POST', '/reload', {})
  for (const call of CALLS) await placeCall(lab.asterisk, call)
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(SIZES)) {
      const context = await browser.newContext({ viewport, colorScheme })
      const page = await context.newPage()
      const shot = async (name: string) => {
        await page.waitForTimeout(600)
        const file = `${name}-${colorScheme}-${size}.png`
        await page.screenshot({ path: join(folder, file), fullPage: name !== 'calls' })
        if (['calls', 'call', 'change'].includes(name) && colorScheme === 'light' && size === 'wide')
          await page.screenshot({ path: join(images, `${name}.png`) })
        say(`  ${file}`)
      }
      const go = async (name: string) => {
        await page.getByRole('navigation').getByRole('link', { name }).click()
        await page
          .getByText(/^(Loading|Looking) …$/)
          .first()
          .waitFor({ state: 'hidden' })
      }
      await page.goto(url)
      await page.getByLabel('Token').waitFor()
      await shot('sign-in')
      await signIn(page)
      await page.locator('.calls').waitFor()
      await page.waitForTimeout(2_500)
      await shot('calls')
      await page.locator('.sentence a').filter({ hasText: 'carrier-b' }).first().click()
      await page.locator('.answer').waitFor()
      await shot('call')
      await page.getByRole('link', { name: 'What if …' }).click()
      await page.locator('.answer').waitFor()
      await shot('what-if')
      draft('nowhere', 'nowhere')
      await go('Change')
      await shot('change-refused')
      draft('sales', 'sales')
      await page.getByRole('button', { name: 'Look again' }).click()
      await page.locator('.bands').waitFor()
      await shot('change')
      for (const name of ['Hours', 'Lists', 'Revisions', 'Audit']) {
        await go(name)
        await shot(name.toLowerCase())
      }
      await context.close()
      isBlockedAway = true
    }
  await lab.stopDoorman()
  await fleetPictures()
} finally {
  await browser.close()
  await lab.stop()
  server.close()
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Token').fill(TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Calls' }).waitFor()
}

/** The Fleet page of this PBX, beside one that refused a push and one that is away. */
async function fleetPictures(): Promise<void> {
  const shared = join(lab.asterisk.folder, 'fleet')
  mkdirSync(shared)
  const keys = newKeys()
  const exchange = new FolderExchange(shared, 'publisher', 200)
  const publisher = new Publisher(exchange, keys.privateKey, 'ann')
  const settings = { DOORMAN_FLEET: shared, DOORMAN_FLEET_NAME: 'berlin', DOORMAN_FLEET_KEY: keys.publicKey }
  await lab.startDoorman({ ...settings, DOORMAN_FLEET_RING: 'canary' })
  const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string }
  const files = new Map([['routing.yaml', routing('vip_support', 'sales')]])
  const content = await publisher.upload(files, '3f2a90c1d4e5')
  const about = { content, maxChange: 0.01, isRollback: false, earlier: [] }
  await publisher.order({ ...about, ring: 'canary', push: { rings: ['canary', 'rest'], holdMs: 9e5 } }, 9e5)
  const now = Date.now()
  const known = { version: '0.1.0', isReady: true, revision: content.revision, since: now - 9e5, order: null }
  const counts = { calls: 1_204, fallbacks: 3, p99: 7.4, activeCalls: 12, refusedOrders: [] }
  const lastFallback = { at: new Date(now - 6e5).toISOString(), call: '1795.71', outcome: 'fallback_timeout' }
  const tell = (pbx: object) =>
    exchange.put(`status/${(pbx as { name: string }).name}`, JSON.stringify({ ...known, ...counts, ...pbx }))
  await tell({ name: 'munich', ring: 'rest', at: now + 9e5, lastFallback })
  await tell({
    ...{ name: 'a-branch-with-a-long-name-in-hamburg', ring: 'rest', at: now - 36e5, lastFallback: null },
    refusedOrders: ['The override of hours gone was not taken: There are no hours "gone" here.'],
  })
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(SIZES)) {
      const page = await (await browser.newContext({ viewport, colorScheme })).newPage()
      await page.goto(url)
      await signIn(page)
      await page.getByRole('navigation').getByRole('link', { name: 'Fleet', exact: true }).click()
      await page.getByText('munich').first().waitFor()
      for (const call of CALLS) await placeCall(lab.asterisk, call)
      await page.waitForTimeout(2_000)
      await page.screenshot({ path: join(folder, `fleet-${colorScheme}-${size}.png`), fullPage: true })
      say(`  fleet-${colorScheme}-${size}.png`)
      await page.context().close()
    }
  await exchange.stop()
}
