import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { codeBlocks } from './code-blocks.js'

const PAGE = 'docs/hours.md'
const [ROUTING = '', REMOTE = ''] = codeBlocks(PAGE, 'yaml')
const COMMANDS = codeBlocks(PAGE, 'sh').flatMap((block) => block.trim().split('\n'))

const folder = mkdtempSync(join(tmpdir(), 'doorman-hours-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the page promises of a command, beyond exit 0. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'doorman hours office --next 8w': /^ {2}closed by team\.ics, up to 20\d\d-12-\d\d$/m,
  'doorman explain --from +15551234567 --to 5557654321 --at 2026-12-28T10:00:00-05:00':
    /would go to night by rule "Closed": office is closed: winter break/,
  'doorman check': /OK, revision/,
}

describe('the page on hours', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'routing.yaml'), ROUTING)
    for (const [name, language] of [
      ['holidays.csv', 'csv'],
      ['team.ics', 'ics'],
    ] as const)
      writeFileSync(join(folder, name), codeBlocks(PAGE, language)[0] ?? '')
  })

  test('has examples that say what it says of them', async () => {
    const explained = async (at: string) =>
      (await doorman(['explain', '--from', '1', '--to', '2', '--at', at, '--flows', folder])).out.split(
        '\n',
      )[0]
    expect(await explained('2026-11-30T14:30:00-05:00')).toContain('office is closed: Team meeting')
    expect(await explained('2026-12-25T10:00:00-05:00')).toContain('office is closed: Christmas Day')
    expect(await explained('2026-12-30T10:00:00-05:00')).toContain('main by `otherwise`')
  })

  test.each(COMMANDS)('%s', async (line) => {
    const [, command = '', arrow, file = ''] = /^doorman (.*?)(?: (>>?) (.*))?$/.exec(line) ?? []
    const flows = command.startsWith('holidays') ? [] : ['--flows', folder]
    const { exit, out, err } = await doorman([...command.split(' '), ...flows])
    expect([exit, err]).toEqual([0, ''])
    if (SAYS[line] !== undefined) expect(out).toMatch(SAYS[line])
    if (arrow === '>') writeFileSync(join(folder, file), out)
    if (arrow === '>>') appendFileSync(join(folder, file), out)
  })

  test('says how a calendar at a URL is named', async () => {
    const routing = ROUTING.replace(/closed: {2,}#[\s\S]*?(?= {4}also_open)/, `${REMOTE.trim()}\n`)
    expect(routing).toContain('https://')
    writeFileSync(join(folder, 'routing.yaml'), routing)
    const { out } = await doorman(['hours', '--flows', folder], { DOORMAN_DATA: join(folder, 'no-data') })
    expect(out).toContain('closed by calendar.example/holidays.ics, which was never loaded')
  })
})
