import { readFileSync } from 'node:fs'
import type { Finding } from '../../src/doctor/check.js'
import { doorman as command, type Ending, type Env } from '../cli/command.js'
import { projectFolder } from '../flows/project-folder.js'
import type { Asterisk } from '../support/asterisk.js'

const SECRET = 'a-secret-of-the-story'

/** The second user of manager.conf, switched on as the file says: without the ; that begins each of its lines. */
export function adminConf(): string {
  const sample = readFileSync(projectFolder('asterisk-conf/manager.conf'), 'utf8')
  const lines = sample.split('\n').filter((line) => /^;\S/.test(line))
  return lines.map((line) => line.slice(1).replace('CHANGE-ME', SECRET)).join('\n')
}

/** The settings that go with it. */
export const ADMIN_SETTINGS = { DOORMAN_AMI_ADMIN_SECRET: SECRET } as const

/** How often Asterisk was made to reload its dialplan since it started. */
export function reloads(asterisk: Asterisk): number {
  return asterisk.logTail(100_000).split("Reloading module 'pbx_config.so'").length - 1
}

/** Runs `doorman …` to its end with the flow files of the example, and this environment alone. */
export function doorman(args: readonly string[], env: Env): Promise<Ending> {
  return command(args, { DOORMAN_FLOWS: projectFolder('flows'), ...env })
}

export async function doctor(env: Env): Promise<{ exit: number | null; findings: readonly Finding[] }> {
  const { exit, out, err } = await doorman(['doctor', '--json'], env)
  if (out === '') throw new Error(`doctor said nothing: ${err}`)
  return { exit, findings: (JSON.parse(out) as { findings: readonly Finding[] }).findings }
}
