import { encodeWaveFromFloat32Channels } from '@echogarden/wave-codec'
import { expect, test } from '@jest/globals'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { doorman } from '../cli/command.js'
import { type Files, inFolder } from '../flows/temp-folder.js'
import { codeBlocks } from './code-blocks.js'

const PAGES = ['docs/lookups.md', 'docs/memory.md', 'docs/greetings.md']
const RECORDING = Buffer.from(encodeWaveFromFloat32Channels([new Float32Array(800).fill(0.5)], 8_000))

/** The flow files of a page; those that it only names have what they need. */
function flowFiles(page: string): Files {
  const [routing = '', examples = 'examples: []\n'] = codeBlocks(page, 'yaml')
  const [code = 'export default (conv: any) => conv.gotoFlow("general")\n'] = codeBlocks(page, 'ts')
  const named = { 'vips.csv': 'number,name\n+15551234567,Ann\n', 'sales.wav': RECORDING }
  return { 'routing.yaml': routing, 'examples.yaml': examples, 'triage.ts': code, ...named }
}

test.each(PAGES)('the flow files of %s have no problem, and their example holds', async (page) => {
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  const loaded = await inFolder(flowFiles(page), (folder) => loadRevision(folder, functions))
  await functions.stop()
  expect(loaded).toMatchObject({ ok: true, warnings: [] })
})

test('the command of the page on lookups finds the flow for what the lookup is said to answer', async () => {
  const [line = ''] = codeBlocks('docs/lookups.md', 'sh')
  const args = line.trim().split(' ').slice(1)
  const { exit, out } = await inFolder(flowFiles('docs/lookups.md'), (flows) =>
    doorman([...args, '--flows', flows]),
  )
  expect([exit, out]).toEqual([
    0,
    expect.stringContaining('would go to vip_support_flow by rule "Gold by CRM"'),
  ])
})
