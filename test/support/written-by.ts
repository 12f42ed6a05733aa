import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { repositoryFolder } from './lab-folder.js'

/** Of the code that was measured; `+` behind it where the work tree had changes. */
export function commit(): string {
  try {
    const args = ['describe', '--always', '--abbrev=7', '--dirty=+', '--exclude=*']
    return execFileSync('git', args, { cwd: repositoryFolder(), encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}

/** The sentence with which a page of results begins. */
export function writtenBy(command: string): string {
  const date = new Date().toISOString().slice(0, 10)
  const node = process.versions.node
  return `Written by \`${command}\` on ${date}, commit ${commit()}, on ${availableParallelism()} cores, with Node ${node}.`
}
