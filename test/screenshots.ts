/**
 * Pictures of every page of the console, light and dark, wide and narrow, beside a real Asterisk with real calls:
 *
 *     npm run screenshots     writes .lab/screenshots, and the three of the README to docs/images
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBrowser } from './support/browser.js'
import { placeCall } from './support/calls.js'
import { Lab } from './support/lab.js'
import { labFolder, repositoryFolder } from './support/lab-folder.js'
import { asteriskRoot } from './support/roots.js'

const FLOWS = ['vip_support', 'sales', 'general_support', 'night_desk']

const routing = (vip: string) => `
default_country: US
trunks:
  carrier-a: { trust: [caller_number, X-VIP] }
  carrier-b: { trust: [] }
vip: { numbers: ["+15551234567"], headers: { X-VIP: [gold, platinum] } }
branches:
  North Branch: { numbers: ["+15557654321"], state: { city: Albany } }
  South Branch: { default: true }
flows: { ${FLOWS.map((name) => `${name}: { context: ${name} }`).join(', ')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: ${vip} }
  - { name: North Branch to sales, when: { branch: North Branch }, goto: sales }
hours:
  office:
    zone: America/New_York
    open: "Mo-Fr 08:30-18:00; Sa 10:00-14:00"
    closed: [{ date: "2026-12-25", why: Christmas Day }]
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
] as const

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 360, height: 740 } } as const
const TOKEN = 'a-token-for-the-screenshots'

const say = (line: string) => void process.stderr.write(`${line}\n`)
const folder = join(labFolder(), 'screenshots')
mkdirSync(folder, { recursive: true })
const contexts = FLOWS.map((name) => `[${name}]\nexten => s,1,Answer()\n same => n,Wait(5)\n`).join('')
const lab = await Lab.start(await asteriskRoot('forky', say), {
  flows: { 'routing.yaml': routing('vip_support') },
  dialplan: contexts,
  settings: { DOORMAN_RELOAD: 'manual', DOORMAN_TOKENS: `ann:admin:${TOKEN}` },
})
const browser = await openBrowser()
try {
  await lab.startDoorman()
  const control = join(lab.asterisk.folder, 'doorman-data/control.json')
  const { url } = JSON.parse(readFileSync(control, 'utf8')) as { url: string }
  const until = Date.now() + Number(process.argv[2] ?? 75) * 1_000
  say('Placing calls …')
  while (Date.now() < until) for (const call of CALLS) await placeCall(lab.asterisk, call)
  writeFileSync(join(lab.flows, 'routing.yaml'), routing('sales'))
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [size, viewport] of Object.entries(SIZES)) {
      const context = await browser.newContext({ viewport, colorScheme })
      const page = await context.newPage()
      const shot = async (name: string) => {
        await page.waitForTimeout(600)
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${size}.png`) })
        say(`  ${name}-${colorScheme}-${size}.png`)
      }
      await page.goto(url)
      await page.getByLabel('Token').waitFor()
      await shot('sign-in')
      await page.getByLabel('Token').fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.locator('.calls').waitFor()
      await page.waitForTimeout(2_500)
      await shot('calls')
      await page.locator('.sentence a').filter({ hasText: 'carrier-b' }).first().click()
      await page.locator('.answer').waitFor()
      await shot('call')
      await page.getByRole('link', { name: 'What if …' }).click()
      await page.locator('.answer').waitFor()
      await shot('what-if')
      for (const name of ['Change', 'Hours', 'Lists', 'Revisions']) {
        await page.getByRole('navigation').getByRole('link', { name }).click()
        await page.locator('table, .days').first().waitFor()
        await shot(name.toLowerCase())
      }
      await context.close()
    }
  const images = join(repositoryFolder(), 'docs/images')
  mkdirSync(images, { recursive: true })
  for (const name of ['calls', 'call', 'change'])
    copyFileSync(join(folder, `${name}-light-wide.png`), join(images, `${name}.png`))
} finally {
  await browser.close()
  await lab.stop()
}
