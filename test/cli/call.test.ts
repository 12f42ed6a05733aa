import { expect, test } from '@jest/globals'
import { codeFlowOf } from '../../src/cli/call.js'
import { compile } from '../../src/flows/compile.js'
import { projectFolder } from '../flows/project-folder.js'

test('doorman call names the code flow that the rule of a call runs, by the same flow files only', async () => {
  const folder = projectFolder('flows')
  const compiled = await compile(folder)
  const revision = compiled.ok ? compiled.revision.id : ''
  const file = (rule: string, of = revision) => codeFlowOf(folder, { rule, revision: of })
  expect(await file('The rest is code')).toBe('triage.ts')
  expect(await file('VIP callers')).toBeUndefined()
  expect(await file('The rest is code', '000000000000')).toBeUndefined()
})
