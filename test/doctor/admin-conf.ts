import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asterisk } from '../support/asterisk.js'
import { repositoryFolder } from '../support/lab-folder.js'

const SECRET = 'a-secret-of-the-story'

/** The second user of manager.conf, switched on as the file says: without the ; that begins each of its lines. */
export function adminConf(): string {
  const sample = readFileSync(join(repositoryFolder(), 'asterisk-conf/manager.conf'), 'utf8')
  const lines = sample.split('\n').filter((line) => /^;\S/.test(line))
  return lines.map((line) => line.slice(1).replace('CHANGE-ME', SECRET)).join('\n')
}

/** The settings that go with it. */
export const ADMIN_SETTINGS = { DOORMAN_AMI_ADMIN_SECRET: SECRET } as const

/** How often Asterisk was made to reload its dialplan since it started. */
export function reloads(asterisk: Asterisk): number {
  return asterisk.logTail(100_000).split("Reloading module 'pbx_config.so'").length - 1
}
