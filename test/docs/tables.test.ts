import { parseEnv } from 'node:util'
import { expect, test } from '@jest/globals'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import { revisionOf } from '../flows/temp-folder.js'
import { codeBlocks } from './code-blocks.js'

const PAGE = 'docs/tables.md'

test('the flow file of the page on tables can be used, with the settings beside it', async () => {
  const [yaml = ''] = codeBlocks(PAGE, 'yaml')
  const [ini = ''] = codeBlocks(PAGE, 'ini')
  const { routing } = await revisionOf({ 'routing.yaml': yaml })
  const { databases, secrets } = readSettings({ env: parseEnv(ini), optional: SETTING_NAMES })
  const origins = [...routing.tables.values()].map(({ origin }) => origin)
  expect(origins.map(({ kind }) => kind)).toEqual(['sql', 'redis', 'http'])
  for (const origin of origins) {
    if (origin.kind === 'http')
      expect(origin.headers.Authorization).toBe(`Bearer {secret.${[...secrets.keys()][0]}}`)
    else expect(databases.get(origin.database)).toBeDefined()
  }
})
