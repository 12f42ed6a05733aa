import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import { formatProblem } from '../../src/flows/problem.js'
import { type Files, inFolder } from './temp-folder.js'

/** Rules with a VIP, a branch, state and a code flow, for examples to be about. */
export const RULES: Files = {
  'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-VIP] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: gold } }
branches: { North Branch: { numbers: ["+15557654321"], state: { city: Albany } } }
flows: { vip_flow: { context: vip }, main: { context: main } }
rules:
  - { name: VIP callers, when: { vip: true }, goto: vip_flow }
  - { name: Verified, when: { attestation: A }, goto: vip_flow }
  - { name: Code, when: { callee: "+15550000200" }, run: code.ts }
otherwise: main
`,
  'code.ts': `export default function code(conv: any) {
    conv.state.metadata = { from: conv.sipHeaders.get('From'), list: [1, { deep: true }] }
    if (conv.state.fail) throw new Error('told to')
    conv.gotoFlow('vip_flow')
  }`,
}

/** The problems of a folder with these examples, as `check` and the start find them. */
export async function problemsWith(
  examples: string | Buffer,
  rules: Files = RULES,
): Promise<readonly string[]> {
  const functions = new FunctionRunner({ deadlineMs: 5_000 })
  try {
    return await inFolder({ ...rules, 'examples.yaml': examples }, async (folder) => {
      const loaded = await loadRevision(folder, functions)
      return loaded.ok ? [] : loaded.problems.map(formatProblem)
    })
  } finally {
    await functions.stop()
  }
}
