import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder of the call log in a data folder. */
export function callsFolder(data: string): string {
  return join(data, 'calls')
}

/** One file of the call log: `2030-01-31-2.jsonl` is the second that was begun on that day (UTC). */
export interface CallFile {
  readonly name: string
  readonly date: string
  readonly n: number
}

/** The files of a call log, oldest first; none where there is no folder. Other files in it are passed over. */
export async function callFiles(folder: string): Promise<readonly CallFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names.flatMap(callFile).sort((a, b) => (a.date === b.date ? a.n - b.n : a.date < b.date ? -1 : 1))
}

function callFile(name: string): readonly CallFile[] {
  const [, date, n] = /^(\d{4}-\d{2}-\d{2})-(\d{1,9})\.jsonl$/.exec(name) ?? []
  return date === undefined ? [] : [{ name, date, n: Number(n) }]
}

/** The name of the file after these. A clock that was put back must not make the newest file an old one. */
export function nextCallFile(files: readonly CallFile[], now: Date): string {
  const last = files.at(-1)
  const today = now.toISOString().slice(0, 10)
  if (last === undefined || last.date < today) return `${today}-1.jsonl`
  return `${last.date}-${last.n + 1}.jsonl`
}
