import { expect, test } from '@jest/globals'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { inFolder } from '../flows/temp-folder.js'
import { codeBlocks } from './code-blocks.js'

const PAGE = 'docs/lookups.md'

test('the flow files of the page about lookups have no problem, and their example holds', async () => {
  const [routing = '', examples = ''] = codeBlocks(PAGE, 'yaml')
  const [code = ''] = codeBlocks(PAGE, 'ts')
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  const files = { 'routing.yaml': routing, 'examples.yaml': examples, 'triage.ts': code }
  const loaded = await inFolder(files, (folder) => loadRevision(folder, functions))
  await functions.stop()
  expect(loaded).toMatchObject({ ok: true, warnings: [] })
})
