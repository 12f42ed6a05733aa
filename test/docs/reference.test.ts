import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { EXIT } from '../../src/cli/command.js'
import { PROBLEM_CODES } from '../../src/flows/problem.js'
import { OUTCOMES } from '../../src/history/decision-record.js'
import { Metrics } from '../../src/observability/metrics.js'
import { RELOAD_CODES } from '../../src/revisions/candidate.js'
import { NAMED_SETTINGS, readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { projectFolder } from '../flows/project-folder.js'
import { SOURCES } from '../observability/sources.js'

const page = readFileSync(projectFolder('docs/reference.md'), 'utf8')
const source = readdirSync(projectFolder('src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => readFileSync(projectFolder('src', file), 'utf8'))
  .join('\n')

/** The first column of the table in a section. */
function listed(section: string): string[] {
  const text = page.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).sort()
}

/** The members of a union of literals in the sources. */
function union(type: string): string[] {
  const text = source.split(`export type ${type} =`)[1]?.split('\n\n')[0] ?? ''
  return [...text.matchAll(/'([a-z_]+)'/g)].map(([, name = '']) => name)
}

describe('the reference page', () => {
  test('has every setting, with its default', () => {
    expect(listed('Settings')).toEqual([...SETTING_NAMES, ...NAMED_SETTINGS].sort())
    const defaults = readSettings({ env: {}, optional: SETTING_NAMES })
    for (const name of SETTING_NAMES) {
      const value = defaults[name]
      const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
      if (text !== undefined)
        expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\*?\\s*\\| \`${text}\` \\|`, 'm'))
    }
  })

  test('has every exit code', () => {
    expect(listed('Exit codes')).toEqual(Object.values(EXIT).map(String))
  })

  test('has every error code of a command', () => {
    expect(listed('Error codes')).toEqual(union('ErrorCode').sort())
  })

  test('has every code of a problem, with what it means', () => {
    const codes = Object.entries({ ...PROBLEM_CODES, ...RELOAD_CODES })
    expect(listed('Problem codes')).toEqual(codes.map(([code]) => code).sort())
    for (const [code, meaning] of codes) expect(page).toContain(`| \`${code}\` | ${meaning} |`)
  })

  test('has every outcome, with what it means', () => {
    expect(listed('Outcomes')).toEqual(Object.keys(OUTCOMES).sort())
    for (const [outcome, meaning] of Object.entries(OUTCOMES))
      expect(page).toContain(`| \`${outcome}\` | ${meaning} |`)
  })

  test('has every metric', async () => {
    const text = await new Metrics(SOURCES).text()
    const names = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)
    // The library's own, which the page names by their prefixes.
    const own = names.filter((name) => !/^(process|nodejs)_/.test(name))
    expect(listed('Metrics')).toEqual([...own, 'nodejs_*', 'process_*'].sort())
  })

  test('has every event of the log', () => {
    const literal = [...source.matchAll(/[{\s]event: '([a-z_]+)'/g)].map(([, name = '']) => name)
    const ofStore = [...union('StoreFault').map((fault) => `store_${fault}`), ...union('StoreEvent')]
    expect(listed('Log events')).toEqual([...new Set([...literal, ...ofStore])].sort())
  })
})
