import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { projectFolder } from '../flows/project-folder.js'

const readme = readFileSync(projectFolder('README.md'), 'utf8')
const rows = readme.split('\n').filter((line) => line.startsWith('|'))

/** What stands in an admin's dialplan, or names the settings file, and is therefore no setting. */
const OTHER = [
  'DOORMAN_FALLBACK',
  'DOORMAN_SETTINGS',
  'DOORMAN_FLOW',
  'DOORMAN_RULE',
  'DOORMAN_REVISION',
  'DOORMAN_VIP',
  'DOORMAN_BRANCH',
]

describe('the README', () => {
  test.each(SETTING_NAMES)('has %s in its table, with its default', (name) => {
    const row = rows.find((line) => line.includes(`\`${name}\``)) ?? ''
    const value = readSettings({ env: {}, optional: SETTING_NAMES })[name]
    const text = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value
    expect(row).toContain(text === undefined ? `\`${name}\`` : `\`${text}\``)
  })

  test('names no setting that there is not', () => {
    const named = new Set(readme.match(/DOORMAN_[A-Z_]+[A-Z]/g))
    const known = new Set<string>([...SETTING_NAMES, ...OTHER])
    expect([...named].filter((name) => !known.has(name.replace(/_FILE$/, '')))).toEqual([])
  })

  test('has every command in its table, and none that there is not', () => {
    const sources = readdirSync(projectFolder('src/cli')).map((file) =>
      readFileSync(projectFolder('src/cli', file), 'utf8'),
    )
    const names = sources.flatMap((text) =>
      [...text.matchAll(/program\s*\.command\('([a-z]+)/g)].map((match) => match[1]),
    )
    const listed = rows.flatMap((row) => [...row.matchAll(/`doorman ([a-z]+)/g)].map((match) => match[1]))
    expect([...new Set(listed)].sort()).toEqual([...new Set(names)].sort())
  })
})
