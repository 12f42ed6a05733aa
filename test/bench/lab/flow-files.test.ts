import { expect, test } from '@jest/globals'
import { compile } from '../../../src/flows/compile.js'
import { flowFolder } from '../../support/flow-folder.js'
import { HEADERS } from '../peers/job.js'
import { benchFlowFiles } from './flow-files.js'

test('the flow files compile, with so many rules, and every header of the job is needed by them', async () => {
  const folder = flowFolder(benchFlowFiles(100, 1_000))
  try {
    const compiled = await compile(folder.path)
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
    expect(compiled.revision.routing.rules).toHaveLength(100)
    const needed = compiled.revision.headersNeeded.map((name) => name.toLowerCase())
    expect(needed).toEqual(expect.arrayContaining(HEADERS.map((name) => name.toLowerCase())))
  } finally {
    folder.remove()
  }
})
