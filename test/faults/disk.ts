import { closeSync, openSync, rmSync, writeSync } from 'node:fs'

/**
 * The command by which a Doorman gets a small disk of its own for its data and its log: a tmpfs that only this
 * process sees and that goes with it. Users who are not root become it in a namespace of their own.
 */
export function onDiskOf(bytes: number, folder: string): readonly string[] {
  const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
  const script =
    'mount -t tmpfs -o "size=$1" none "$2" && log="$2/doorman.log" && shift 2 && exec "$@" >>"$log"'
  return ['unshare', ...namespaces, 'sh', '-c', script, 'disk', String(bytes), folder]
}

/** The disk of a process, as seen from outside of its namespace. */
export function diskOf(pid: number, folder: string): string {
  return `/proc/${pid}/root${folder}`
}

const CHUNK = Buffer.alloc(4_096)

/** Fills a disk to the last byte, and returns what empties it again. */
export function fill(disk: string): () => void {
  const filler = `${disk}/filler`
  const file = openSync(filler, 'w')
  try {
    // The last of them writes less than a chunk, or throws ENOSPC.
    while (writeSync(file, CHUNK) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
  return () => rmSync(filler, { force: true })
}
