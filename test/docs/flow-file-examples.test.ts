import { expect, test } from '@jest/globals'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { inFolder } from '../flows/temp-folder.js'
import { codeBlocks } from './code-blocks.js'

const PAGES = ['docs/lookups.md', 'docs/memory.md']

test.each(PAGES)('the flow files of %s have no problem, and their example holds', async (page) => {
  const [routing = '', examples = ''] = codeBlocks(page, 'yaml')
  const [code = ''] = codeBlocks(page, 'ts')
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  const files = { 'routing.yaml': routing, 'examples.yaml': examples, 'triage.ts': code }
  const loaded = await inFolder(files, (folder) => loadRevision(folder, functions))
  await functions.stop()
  expect(loaded).toMatchObject({ ok: true, warnings: [] })
})
