import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { parse } from 'yaml'
import type { RenderReport } from '../../src/speech/greetings.js'
import { openBrowser } from '../support/browser.js'
import { allShowing, Fixture, flowsTo } from '../support/fixture.js'
import { LookupServer } from '../support/lookup-server.js'
import { RENDERED_MS, until } from '../support/until.js'

const TOKENS = { ann: 'ann-has-a-long-token', bob: 'bob-has-a-long-token', kim: 'kim-has-a-long-token' }
const PAGES = ['live', 'change', 'hours', 'lists', 'revisions', 'audit'] as const
const NAMES = ['vip', 'main', 'other', 'night'] as const

/** `goto` is where calls for the North branch go, in line 13. */
const routing = (origin: string, goto: string) => `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] }, carrier-b: { trust: [] } }
vip: { files: [vips.csv], headers: { X-VIP: gold } }
branches: { North: { numbers: ["+15557654321"] } }
lookups: { crm: { http: "${origin}/{caller.number}", deadline: 400ms, take: { tier: tier } } }
hours: { office: { zone: UTC, open: "Mo-Su 00:00-24:00" } }
flows: { ${flowsTo(...NAMES)} }
rules:
  - { name: Closed, when: { closed: office }, goto: night }
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: Gold by CRM, when: { callee: "1", lookup: { crm.tier: gold } }, goto: vip }
  - { name: North, when: { branch: North }, goto: ${goto}, greet: "Please hold the line.", play: flow }
otherwise: main
`

describe('the console', () => {
  const fixture = new Fixture()
  let server: LookupServer
  let browser: Browser
  let page: Page
  let url: string
  /** What the browser's own console said, and requests that failed. */
  const complaints: string[] = []

  const open = async (token: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const opened = await context.newPage()
    // Sooner than a test ends, so that it says what it waited for.
    opened.setDefaultTimeout(10_000)
    opened.on('console', (line) => {
      if (line.type() === 'error' && !/401|409|412|net::ERR_/.test(line.text())) complaints.push(line.text())
    })
    opened.on('pageerror', (error) => void complaints.push(error.message))
    await opened.goto(url)
    await opened.getByLabel('Token').fill(token)
    await opened.getByRole('button', { name: 'Sign in' }).click()
    await opened.getByRole('heading', { name: 'Calls' }).waitFor()
    return opened
  }

  const go = async (name: string, on = page) => {
    await on.getByRole('navigation').getByRole('link', { name }).click()
  }

  /** What axe-core finds wrong with the page as it is. */
  const faults = async (on = page) => {
    await on.evaluate(axe.source)
    const { violations } = await on.evaluate<axe.AxeResults>('axe.run()')
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }

  const tabTo = async (name: string) => {
    for (let at = 0; at < 60; at++) {
      await page.keyboard.press('Tab')
      const reached = 'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent'
      if (
        String(await page.evaluate(reached))
          .trim()
          .startsWith(name)
      )
        return
    }
    throw new Error(`Tab never reaches "${name}".`)
  }

  const write = (goto: string) =>
    writeFileSync(join(fixture.lab.flows, 'routing.yaml'), routing(server.origin, goto))

  beforeAll(async () => {
    server = await LookupServer.start()
    await fixture.start('forky', {
      flows: {
        'routing.yaml': routing(server.origin, 'main'),
        'vips.csv': 'number,name\n+15551112222,Ada\n',
      },
      dialplan: allShowing(NAMES, 'x'),
      settings: {
        DOORMAN_RELOAD: 'manual',
        DOORMAN_TOKENS: `ann:admin:${TOKENS.ann}, bob:admin:${TOKENS.bob}, kim:viewer:${TOKENS.kim}`,
      },
    })
    const file = join(fixture.asterisk.folder, 'doorman-data/control.json')
    url = (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url
    // Otherwise the first call may go on without its greeting.
    const headers = { authorization: `Bearer ${TOKENS.ann}` }
    const report = async () => (await fetch(`${url}/greetings`, { headers })).json()
    await until(
      async () => ((await report()) as RenderReport).done,
      'the greetings are rendered',
      RENDERED_MS,
    )
    browser = await openBrowser()
    page = await open(TOKENS.ann)
  }, RENDERED_MS + 60_000)
  afterAll(async () => {
    await browser?.close()
    await fixture.stop()
    server?.stop()
  })

  test('refuses a wrong token in words', async () => {
    const context = await browser.newContext()
    const stranger = await context.newPage()
    await stranger.goto(url)
    await stranger.getByLabel('Token').fill('a-token-that-nobody-has')
    await stranger.getByRole('button', { name: 'Sign in' }).click()
    await stranger.getByRole('alert').getByText('No user has this token.', { exact: true }).waitFor()
    await context.close()
  })

  test('loads at most 60 kB, gzipped', async () => {
    const sizes = ['/', '/app.js', '/style.css', '/icon.svg'].map(async (path) => {
      const file = await (await fetch(`${url}${path}`)).arrayBuffer()
      return gzipSync(file).length
    })
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size)
    expect(total).toBeLessThan(60_000)
  })

  // The first of the two tasks that an admin does without help, in under a minute.
  test('an admin finds why a certain call went where it went', async () => {
    await page.getByText('No call yet').waitFor()
    await fixture.call({ from: '+15550000003', to: '5550009999', trunk: 'carrier-a' })
    await fixture.call({
      ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-b' },
      headers: [['X-VIP', 'gold']],
    })
    // 1. Types the caller's number into the filter of the list that is open, and reads the sentence.
    await page.getByRole('link', { name: /\+15551234567/ }).waitFor()
    await page.getByLabel('Filter').fill('5551234567')
    await page.getByRole('link', { name: /\+15550000003/ }).waitFor({ state: 'detached' })
    expect(await page.locator('.calls tbody tr').count()).toBe(1)
    // 2. Opens it.
    await page.getByRole('link', { name: /to North went to main by rule "North"/ }).click()
    await page.getByRole('heading', { name: 'Why this call went there' }).waitFor()
    // 3. Sees the rule that was expected, and the value that did not count. The heading is there while they load.
    await page.locator('.rules .matched').waitFor()
    expect(await page.locator('.rules li').allTextContents()).toEqual([
      expect.stringContaining('Closed did not match:'),
      expect.stringContaining('VIP callers did not match:'),
      expect.stringContaining('Gold by CRM did not match:'),
      expect.stringContaining('North matched:'),
    ])
    expect(await page.locator('.rules .matched mark').allTextContents()).toEqual(['North'])
    const fact = page.getByRole('row', { name: /^vip no/ })
    expect(await fact.textContent()).toContain('trunk carrier-b is not trusted for X-VIP')
  })

  test('says that a call is not recorded, whatever its address is', async () => {
    const lost = await page.context().newPage()
    await lost.goto(`${url}/#/call/%`)
    await lost.getByRole('alert').getByText('No call % is recorded.').waitFor({ timeout: 10_000 })
    await lost.close()
  })

  test('shows the whole decision: time, greeting; and keeps the call as an example', async () => {
    expect(await page.locator('.legend').textContent()).toMatch(/read .*decide .*set variables .*leave /)
    const seconds = await page.evaluate<number>(
      `new Promise((resolve, reject) => {
        const sound = document.querySelector('audio')
        sound.onloadedmetadata = () => resolve(sound.duration)
        sound.onerror = () => reject(sound.error)
        sound.load()
      })`,
    )
    expect(seconds).toBeGreaterThan(0.5)
    await page.getByRole('button', { name: 'Keep as an example' }).click()
    await page.getByText('Added to examples.yaml.').waitFor()
    await page.getByRole('button', { name: 'Keep as an example' }).click()
    await page.getByText('examples.yaml has this call already').waitFor()
    const file = join(fixture.lab.flows, 'examples.yaml')
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      examples: [
        { call: { from: '+15551234567', trunk: 'carrier-b' }, expect: { flow: 'main', vip: false } },
      ],
    })
    // The changes below are meant to move it.
    rmSync(file)
    expect(await faults()).toEqual([])
  })

  test('answers what if, from a real call, as one types', async () => {
    await page.getByRole('link', { name: 'What if …' }).click()
    await page.getByText('would go to main by rule "North"').waitFor()
    await page.getByLabel('Trunk').fill('carrier-a')
    await page.getByText('would go to vip by rule "VIP callers"').waitFor()
    await page.getByLabel('SIP headers').fill('')
    await page.getByLabel('Number dialled').fill('1')
    await page.getByText('A real call would ask these lookups').waitFor()
    await page.getByLabel('Answers of lookups').fill('crm.tier: gold')
    await page.getByText('would go to vip by rule "Gold by CRM"').waitFor()
    await page.getByLabel('Answers of lookups').fill('crm: late')
    await page.getByText('would go to main by otherwise').waitFor()
    expect(await faults()).toEqual([])
  })

  test('says what a reload would change and move, and tells a second admin of the first', async () => {
    await go('Change')
    await page.getByText('The flow files are those that decide now.').waitFor()
    write('nowhere')
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('routing.yaml:13:').waitFor()
    expect(await page.getByRole('button', { name: /^Reload/ }).count()).toBe(0)
    write('other')
    await page.getByRole('link', { name: 'A change waits' }).waitFor()
    await page.getByRole('button', { name: 'Look again' }).click()
    const button = { name: 'Reload: 1 of 2 calls would go elsewhere' }
    await page.getByRole('button', button).waitFor()
    expect(await page.locator('.bands').textContent()).toBe('main 1other 1')
    const reasons = page.getByRole('region', { name: 'Some of them, with both reasons' })
    expect(await reasons.getByRole('row').last().textContent()).toMatch(
      /would go to main by rule "North".*would go to other by rule "North"/,
    )
    expect(await faults()).toEqual([])

    const second = await open(TOKENS.bob)
    await go('Change', second)
    await second.getByRole('button', button).waitFor()
    await page.getByRole('button', button).click()
    await page.getByText('Revision decides now: 2').waitFor()
    await second.getByRole('button', button).click()
    await second.getByText(/Revision 2 has been active since .* by ann; review the change again/).waitFor()
    await second.getByText('The flow files are those that decide now.').waitFor()
    await second.context().close()
  })

  test('rolls back the same way, and says which revision changed what, and by whom', async () => {
    await go('Revisions')
    await page.getByRole('link', { name: 'Roll back to 1' }).click()
    await page.getByRole('heading', { name: 'roll back to revision 1' }).waitFor()
    await page.getByRole('button', { name: 'Roll back: 1 of 2 calls would go elsewhere' }).click()
    await page.getByText('Revision decides now: 3').waitFor()
    await go('Revisions')
    const row = page.getByRole('row', { name: /^3 .*ann.*rollback \(1 again\).*decides now/ })
    await row.waitFor()
    await row.getByText('Changes').click()
    await row.getByText('goto other → main').waitFor()
    expect(await faults()).toEqual([])
  })

  // The second task. The keyboard is enough for it.
  test('an admin closes the hours office until six', async () => {
    // 1. Opens Hours.
    await page.keyboard.press('Tab')
    await tabTo('Hours')
    await page.keyboard.press('Enter')
    // 2. `closed` is chosen; types the end and the reason.
    await page.getByText('The next eight weeks').waitFor()
    await tabTo('Until')
    await page.keyboard.type('never')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('write 18:00').waitFor()
    await page.keyboard.press('Control+A')
    await page.keyboard.type('18:00')
    await tabTo('Reason')
    await page.keyboard.type('fire drill')
    // 3. Sets it.
    await page.keyboard.press('Enter')
    await page.getByText(/^Override: closed until .*18:00/).waitFor()
    await page.getByText(/Set by ann, .*: fire drill/).waitFor()
    await page
      .getByRole('status')
      .getByRole('link', { name: /office closed until .*18:00/ })
      .waitFor()
    expect(await faults()).toEqual([])
    const { record } = await fixture.call({ from: '+15550000004', to: '5557654321', trunk: 'carrier-a' })
    expect(record.flow).toBe('night')
    await tabTo('End the override')
    await page.keyboard.press('Enter')
    await page.getByLabel('Until').waitFor()
  })

  test('lists refused claims, numbers that no rule and no branch names, greetings, and the rows with a number', async () => {
    await go('Lists')
    const claims = page.getByRole('region', { name: 'Refused claims, by trunk' })
    await claims.getByRole('row', { name: /^carrier-b X-VIP gold 1/ }).waitFor()
    const numbers = page.getByRole('region', { name: 'Numbers dialled that no rule and no branch names' })
    await numbers.getByRole('row', { name: /^\+15550009999 1/ }).waitFor()
    await page.getByRole('row', { name: /^Please hold the line\./ }).waitFor()
    await page.getByLabel('Search a number').fill('(555) 111-2222')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('row', { name: /^vips.csv .*name: Ada/ }).waitFor()
    expect(await faults()).toEqual([])
  })

  test('says who changed what', async () => {
    await go('Audit')
    await page.getByRole('row', { name: /ann override_ended/ }).waitFor()
    await page.getByRole('row', { name: /ann override_set .*closed: fire drill/ }).waitFor()
    await page.getByRole('row', { name: /ann reload .*rule "North": goto main → other/ }).waitFor()
  })

  test('masks numbers for viewers on the server, who may change nothing', async () => {
    const headers = { authorization: `Bearer ${TOKENS.kim}` }
    const calls = await (await fetch(`${url}/api/calls/last`, { headers })).text()
    expect(calls).toMatch(/"callerNumber":"\+15\*{7}\d\d"/)
    expect(calls).not.toMatch(/555\d{7}/)
    const reload = await fetch(`${url}/reload`, { method: 'POST', headers })
    expect(reload.status).toBe(403)
    expect((await fetch(`${url}/candidate`, { headers })).status).toBe(403)
    const seen = await open(TOKENS.kim)
    await seen.getByRole('link', { name: /\+15\*{7}67/ }).click()
    await seen.getByRole('heading', { name: 'Rules' }).waitFor()
    expect(await seen.getByRole('link', { name: 'What if' }).count()).toBe(0)
    await go('Hours', seen)
    await seen.getByText('Only an operator may override hours.').waitFor()
    await seen.context().close()
  })

  test.each([
    ['a name that resolves to us', { host: 'evil.example' }, 421],
    ['another page', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ])('takes no session from %s', async (_what, headers, status) => {
    const answered = new Promise<number | undefined>((resolve) => {
      const sent = request(new URL('/api/session', url), { method: 'POST', headers }, (answer) =>
        resolve(answer.statusCode),
      )
      sent.end()
    })
    expect(await answered).toBe(status)
  })

  test('takes up again after a restart of Doorman, still signed in, and pauses', async () => {
    await go('Calls')
    await page.getByLabel('Filter').fill('')
    await fixture.doorman.stop()
    await page.getByText('No connection to Doorman').waitFor()
    expect(await faults()).toEqual([])
    const { port } = new URL(url)
    fixture.doorman = await fixture.lab.startDoorman({ DOORMAN_CONTROL_PORT: port })
    await page.getByText('No connection to Doorman').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Pause' }).click()
    const header = ['X-VIP', 'שלום, a long value'] as const
    await fixture.call({ from: '+15550000002', to: '5557654321', trunk: 'carrier-a', headers: [header] })
    await page.getByText('1 came meanwhile').waitFor()
    const rows = page.locator('.calls tbody tr')
    const before = await rows.count()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('link', { name: /\+15550000002/ }).click()
    expect(before).toBe(3)
    await page.getByRole('row', { name: /^header X-VIP/ }).waitFor()
    const texts =
      "[...document.querySelectorAll('td bdi')].filter((text) => text.textContent.startsWith('ש'))"
    const directions = await page.evaluate(`${texts}.map((text) => getComputedStyle(text).direction)`)
    expect(directions).toContain('rtl')
  })

  test.each([
    ['light', 360],
    ['dark', 2_560],
  ] as const)('is sound on every page in %s, and fits %i pixels', async (colorScheme, width) => {
    // The PBX is elsewhere.
    const timezoneId = 'Pacific/Kiritimati'
    const seen = await open(TOKENS.ann, { colorScheme, viewport: { width, height: 800 }, timezoneId })
    await seen.getByRole('link', { name: /\+15550000002/ }).click()
    await seen.getByText(/^20\d\d-.* \(.* at the PBX\)$/).waitFor()
    const { hash } = new URL(seen.url())
    for (const address of [hash, hash.replace('call', 'what-if'), ...PAGES.map((name) => `#/${name}`)]) {
      await seen.goto(`${url}/${address}`)
      await seen.getByRole('heading', { level: 1 }).waitFor()
      await seen.locator('.empty', { hasText: /ing …$/ }).waitFor({ state: 'detached' })
      const beyond = await seen.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect([address, beyond, await faults(seen)]).toEqual([address, 0, []])
    }
    await seen.context().close()
  })

  test('leaves nothing for the browser to complain of', () => expect(complaints).toEqual([]))
})
