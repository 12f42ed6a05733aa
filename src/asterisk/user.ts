import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { configFolder, optionOf, readConfig, sectionsNamed } from './config.js'

/** A user of this machine, by its numbers. */
export interface FileUser {
  readonly uid: number
  readonly gid: number
  /** Its group among them. */
  readonly groups: readonly number[]
}

/** As whom the Asterisk of this configuration reads its files: that of its process, else the user in asterisk.conf. */
export function asteriskUser(folder: string): FileUser | undefined {
  const config = tried(() => readConfig('asterisk.conf', configFolder(folder)))
  const option = (section: string, key: string) => config && optionOf(sectionsNamed(config, section)[0], key)
  const pidFile = join(option('directories', 'astrundir') ?? '/var/run/asterisk', 'asterisk.pid')
  const status = tried(() => readFileSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/status`, 'utf8'))
  // proc(5): of the real, effective, saved and file-system number the last counts for files.
  const numbers = (key: string) =>
    new RegExp(`^${key}:(.*)$`, 'm')
      .exec(status ?? '')?.[1]
      ?.match(/\d+/g)
      ?.map(Number) ?? []
  const [uid, gid] = [numbers('Uid').at(-1), numbers('Gid').at(-1)]
  // A process of another name has the number of one that has crashed.
  if (uid !== undefined && gid !== undefined && /^Name:\s*asterisk$/m.test(status ?? ''))
    return { uid, gid, groups: [gid, ...numbers('Groups')] }
  const name = option('options', 'runuser')
  return name === undefined ? undefined : userNamed(name)
}

/** Undefined if there is no such user. */
export function userNamed(name: string): FileUser | undefined {
  const numbers = (option: string) =>
    execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }).trim().split(' ').map(Number)
  return tried(() => {
    const [[uid = 0], groups] = [numbers('-u'), numbers('-G')]
    return { uid, gid: groups[0] ?? 0, groups }
  })
}

function tried<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
