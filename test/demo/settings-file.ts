import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a settings file that only its owner may read, and removes it when this process ends in whatever way but
 * SIGKILL. Where a second demo has written its own in the meantime, that one stays.
 */
export function writeSettings(file: string, settings: Readonly<Record<string, string>>): () => void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
  const text = ['# Of the running demo; it removes this file when it stops.\n', ...lines].join('')
  mkdirSync(dirname(file), { recursive: true })
  // A mode counts only for a file that is made anew.
  rmSync(file, { force: true })
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  const remove = (): void => {
    if (isStill(file, text)) rmSync(file, { force: true })
  }
  process.once('exit', remove)
  return remove
}

function isStill(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}
