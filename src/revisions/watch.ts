import { watch as watchFolder } from 'chokidar'

/** So long nothing may change before the files count as written: an editor's or a ConfigMap's several steps. */
const SETTLE_MS = 500

export interface Watch {
  stop(): Promise<void>
}

/**
 * Calls `changed` when the files of a folder have changed and settled. Which file it was does not matter: all are
 * read again, and a candidate whose content is the same changes nothing. The folder may be a ConfigMap, whose
 * files are links into a folder that is replaced as a whole.
 */
export function watch(folder: string, changed: () => void, failed: (reason: string) => void): Watch {
  let timer: NodeJS.Timeout | undefined
  const settle = () => {
    clearTimeout(timer)
    timer = setTimeout(changed, SETTLE_MS)
  }
  const watcher = watchFolder(folder, { ignoreInitial: true, depth: 4, followSymlinks: true })
  watcher.on('all', settle)
  watcher.on('error', (error) => failed((error as Error).message))
  return {
    async stop() {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}
