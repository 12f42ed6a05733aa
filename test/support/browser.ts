import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { chromiumRoot } from './roots.js'

/**
 * Chromium finds its own files by /proc/self/exe, so that it cannot run through the root's loader as Asterisk does. It
 * runs in the root, in a mount namespace of its own, which takes its mounts with it when it ends.
 */
const IN_ROOT = `
root=$1; shift
mkdir -p "$root/proc" "$root/dev" "$root/tmp"
mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount -t tmpfs tmpfs "$root/tmp" &&
  exec chroot "$root" /usr/lib/chromium/chromium "$@"
`

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--lang=en-US']

/** A browser out of Debian, without a window. Close it, and the folder of its program is removed. */
export async function openBrowser(): Promise<Browser> {
  const root = await chromiumRoot((line) => void process.stderr.write(`${line}\n`))
  const folder = mkdtempSync(join(tmpdir(), 'doorman-browser-'))
  const program = join(folder, 'chromium')
  const rights = process.getuid?.() === 0 ? '' : '--map-root-user '
  mkdirSync(folder, { recursive: true })
  writeFileSync(program, `#!/bin/sh\nexec unshare ${rights}--mount sh -c '${IN_ROOT}' sh '${root}' "$@"\n`)
  chmodSync(program, 0o755)
  const browser = await chromium.launch({
    executablePath: program,
    args: FLAGS,
    env: { HOME: '/tmp', TZ: 'UTC' },
  })
  browser.on('disconnected', () => rmSync(folder, { recursive: true, force: true }))
  return browser
}
