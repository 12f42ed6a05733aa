import { safeText } from '../observability/log.js'

/**
 * The one door through which commands print: whatever came from a call, a file or the PBX, nothing in it can steer
 * the terminal that shows it.
 */
export function show(text: string): void {
  process.stdout.write(safeText(text))
}

/** The same on standard error. */
export function showAside(text: string): void {
  process.stderr.write(safeText(text))
}

/** For texts of Doorman's own that another program takes byte by byte; nothing of a call may be in them. */
export function pass(text: string, to: NodeJS.WritableStream = process.stdout): void {
  to.write(text)
}
