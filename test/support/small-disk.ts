const NAMESPACE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount']
const SCRIPT = 'mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"'

/**
 * The command by which a process gets a small disk of its own: a tmpfs on a folder, which only this process sees and
 * which goes with it. Users who are not root become it in a namespace of their own.
 * @param options of the mount: `size=100000`, or `ro`
 */
export function onDisk(options: string, folder: string): readonly string[] {
  return [...NAMESPACE, 'sh', '-c', SCRIPT, 'disk', options, folder]
}
