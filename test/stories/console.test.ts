import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { parse } from 'yaml'
import { openBrowser } from '../support/browser.js'
import { flowsTo, pbxFixture, showing } from '../support/fixture.js'

const TOKENS = { ann: 'ann-has-a-long-token', kim: 'kim-has-a-long-token' }

const routing = (goto: string) => `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] }, carrier-b: { trust: [] } }
vip: { headers: { X-VIP: gold } }
branches: { North: { numbers: ["+15557654321"] } }
flows: { ${flowsTo('vip', 'main', 'other')} }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip }
  - { name: North, when: { branch: North }, goto: ${goto} }
hours: { office: { zone: UTC, open: "Mo-Su 00:00-24:00" } }
otherwise: main
`

describe('the console', () => {
  const fixture = pbxFixture('forky', {
    flows: { 'routing.yaml': routing('main') },
    dialplan: ['vip', 'main', 'other'].map((name) => showing(`story-${name}`, 'x')).join(''),
    settings: {
      DOORMAN_RELOAD: 'manual',
      DOORMAN_TOKENS: `ann:admin:${TOKENS.ann}, kim:viewer:${TOKENS.kim}`,
    },
  })
  let browser: Browser
  let page: Page
  let url: string
  /** What the browser's own console said, and requests that failed. */
  const complaints: string[] = []

  const open = async (token: string) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const opened = await context.newPage()
    opened.on('console', (line) => {
      if (line.type() === 'error' && !/401|409|net::ERR_/.test(line.text())) complaints.push(line.text())
    })
    opened.on('pageerror', (error) => void complaints.push(error.message))
    await opened.goto(url)
    await opened.getByLabel('Token').fill(token)
    await opened.getByRole('button', { name: 'Sign in' }).click()
    await opened.getByRole('heading', { name: 'Calls' }).waitFor()
    return opened
  }

  const go = async (name: string) => {
    await page.getByRole('navigation').getByRole('link', { name }).click()
  }

  /** What axe-core finds wrong with the page as it is. */
  const faults = async () => {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  }

  beforeAll(async () => {
    const file = join(fixture.asterisk.folder, 'doorman-data/control.json')
    url = (JSON.parse(readFileSync(file, 'utf8')) as { url: string }).url
    browser = await openBrowser()
    page = await open(TOKENS.ann)
  }, 120_000)
  afterAll(() => browser?.close())

  test('refuses a wrong token in words', async () => {
    const context = await browser.newContext()
    const stranger = await context.newPage()
    await stranger.goto(url)
    await stranger.getByLabel('Token').fill('a-token-that-nobody-has')
    await stranger.getByRole('button', { name: 'Sign in' }).click()
    expect(await stranger.getByRole('alert').textContent()).toBe('No user has this token.')
    await context.close()
  })

  test('shows a call as it is decided, and why it went there', async () => {
    expect(await page.getByText('No call yet').isVisible()).toBe(true)
    await fixture.call({
      ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-b' },
      headers: [['X-VIP', 'gold']],
    })
    const row = page.getByRole('link', {
      name: /\+15551234567 via carrier-b to North went to main by rule "North"/,
    })
    await row.click()
    await page.getByRole('heading', { name: 'Why this call went there' }).waitFor()
    expect(await page.locator('.answer').textContent()).toContain('X-VIP: gold')
    expect(await page.locator('.rules li').allTextContents()).toEqual([
      expect.stringContaining('VIP callers'),
      expect.stringContaining('North'),
    ])
    expect(await page.locator('.rules .matched strong').allTextContents()).toEqual(['North'])
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy as an example' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    const copied = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(parse(copied)).toMatchObject([
      {
        call: { from: '+15551234567', trunk: 'carrier-b', at: expect.anything() },
        expect: { flow: 'main', vip: false },
      },
    ])
    expect(await faults()).toEqual([])
  })

  test('answers what if, from a real call, as one types', async () => {
    await page.getByRole('link', { name: 'What if …' }).click()
    await page.getByText('would go to main by rule "North"').waitFor()
    await page.getByLabel('Trunk').fill('carrier-a')
    await page.getByText('would go to vip by rule "VIP callers"').waitFor()
    expect(await faults()).toEqual([])
  })

  test('says what a reload would change and move, reloads, and rolls back', async () => {
    await go('Change')
    await page.getByText('The flow files are those that decide now.').waitFor()
    writeFileSync(join(fixture.lab.flows, 'routing.yaml'), routing('nowhere'))
    await page.getByRole('button', { name: 'Look again' }).click()
    await page.getByText('routing.yaml:9:').waitFor()
    expect(await page.getByRole('button', { name: /^Reload/ }).count()).toBe(0)
    writeFileSync(join(fixture.lab.flows, 'routing.yaml'), routing('other'))
    await page.getByRole('button', { name: 'Look again' }).click()
    const reload = page.getByRole('button', { name: 'Reload: 1 of 1 call would go elsewhere' })
    await reload.waitFor()
    expect(await faults()).toEqual([])
    await reload.click()
    await page.getByText('Revision decides now: 2').waitFor()

    await go('Revisions')
    await page.getByRole('button', { name: 'Roll back to 1' }).click()
    await page.getByRole('button', { name: 'Roll back', exact: true }).click()
    await page.getByRole('row', { name: /^3 .*ann.*rollback \(1 again\).*decides now/ }).waitFor()
    expect(await faults()).toEqual([])
  })

  test('closes hours until a time, and opens them again', async () => {
    await go('Hours')
    const form = page.getByRole('form', { name: 'Override office' })
    await form.getByLabel('Until').fill('never')
    await form.getByLabel('Reason').fill('fire drill')
    await form.getByRole('button', { name: 'Set' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('18:00')
    await form.getByLabel('Until').fill('90m')
    await form.getByRole('button', { name: 'Set' }).click()
    await page.getByText(/Override: closed until .* by ann\s*\(fire drill\)/).waitFor()
    expect(await faults()).toEqual([])
    await page.getByRole('button', { name: 'End the override' }).click()
    await form.waitFor()
  })

  test('lists refused claims and numbers that no rule names', async () => {
    await fixture.call({ from: '+15550000003', to: '5550009999', trunk: 'carrier-a' })
    await go('Lists')
    const claims = page.getByRole('region', { name: 'Refused claims, by trunk' })
    await claims.waitFor()
    expect(await claims.getByRole('row').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^carrier-bX-VIPgold1/)]),
    )
    const numbers = page.getByRole('region', { name: 'Numbers dialled that no rule names' })
    expect(await numbers.getByRole('row').allTextContents()).toEqual([
      'NumberCallsLatestLatest call',
      expect.stringMatching(/^\+155500099991/),
    ])
    expect(await faults()).toEqual([])
  })

  test('refuses a change that was looked at before somebody else made one', async () => {
    const headers = {
      'if-match': '"abc"',
      authorization: `Bearer ${TOKENS.ann}`,
      'content-type': 'application/json',
    }
    const response = await fetch(`${url}/reload`, { method: 'POST', headers, body: '{}' })
    const { error } = (await response.json()) as { error: string }
    expect([response.status, error]).toEqual([
      412,
      expect.stringMatching(/^Revision 3 decides since .* by ann; /),
    ])
  })

  test('masks numbers for viewers on the server, who may change nothing', async () => {
    const headers = { authorization: `Bearer ${TOKENS.kim}` }
    const calls = await (await fetch(`${url}/api/calls`, { headers })).text()
    expect(calls).toContain('+15*******67')
    expect(calls).not.toContain('5551234567')
    const reload = await fetch(`${url}/reload`, { method: 'POST', headers })
    expect(reload.status).toBe(403)
    expect((await fetch(`${url}/candidate`, { headers })).status).toBe(403)
    const seen = await open(TOKENS.kim)
    await seen.getByRole('link', { name: /\+15\*{7}67/ }).waitFor()
    await seen.context().close()
  })

  test.each([
    ['a name that resolves to us', { host: 'evil.example' }, 421],
    ['another page', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', { origin: 'null' }, 403],
  ])('takes no session from %s', async (_what, headers, status) => {
    const { request } = await import('node:http')
    const answered = new Promise<number | undefined>((resolve) => {
      const sent = request(new URL('/api/session', url), { method: 'POST', headers }, (answer) =>
        resolve(answer.statusCode),
      )
      sent.end()
    })
    expect(await answered).toBe(status)
  })

  test('takes up again after a restart of Doorman, still signed in', async () => {
    await go('Calls')
    await fixture.doorman.stop()
    await page.getByText('No connection to Doorman').waitFor()
    const { port } = new URL(url)
    fixture.doorman = await fixture.lab.startDoorman({ DOORMAN_CONTROL_PORT: port })
    await page.getByText('No connection to Doorman').waitFor({ state: 'detached' })
    await fixture.call({ from: '+15550000002', to: '5557654321', trunk: 'carrier-a' })
    await page.getByRole('link', { name: /\+15550000002/ }).waitFor()
    expect(await faults()).toEqual([])
  })

  test('works by keyboard alone, and the browser has nothing to complain of', async () => {
    const tabTo = async (name: string) => {
      for (let at = 0; at < 40; at++) {
        await page.keyboard.press('Tab')
        const reached =
          'document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent'
        if (String(await page.evaluate(reached)).trim() === name) return
      }
      throw new Error(`Tab never reaches "${name}".`)
    }
    await tabTo('What if')
    await page.keyboard.press('Enter')
    await tabTo('Caller number')
    await page.keyboard.type('+15550000009')
    await tabTo('Number dialled')
    await page.keyboard.type('5557654321')
    await page.getByText('+15550000009 to North would go to main by rule "North"').waitFor()
    expect(complaints).toEqual([])
  })
})
