import { basename } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { type Change, textOf } from './files.js'
import { OWN_FILES } from './inspect.js'

/** Passwords in Asterisk's files and in settings, those of others too, up to the end of their line. */
const SECRET =
  /^([ +-]?\s*;?\s*(?:(?:remote_)?secret|md5_cred|\w*password|DOORMAN_\w*(?:PASSWORD|SECRET))\s*=>?\s*)\S.*$/gim

/** The change of a file as a unified diff with its secrets hidden, below its owner, mode and reason. */
export function showChange({ path, why, before, after }: Change, isVerbose: boolean): string {
  if (after === undefined) return `${path}: removed (${why})`
  const head = `${path}${modeNote(before?.mode, after.mode)}\n  ${why}`
  if (/secret$/.test(path)) return `${head}\n  (its content is not shown)`
  if (basename(path) === OWN_FILES.dialplan && !isVerbose)
    return `${head}\n  (${after.content.split('\n').length - 1} lines; --verbose shows them)`
  const from = before === undefined ? '/dev/null' : path
  // The CR of a line end would only be noise.
  const shown = (content: string) => textOf(content).replaceAll('\r\n', '\n')
  const texts = [shown(before?.content ?? ''), shown(after.content)] as const
  const patch = createTwoFilesPatch(from, path, ...texts, undefined, undefined, { context: 2 })
  const diff = patch.slice(patch.indexOf('---')).trimEnd()
  return `${head}\n${diff.replace(SECRET, '$1(not shown)')}`
}

function modeNote(before: number | undefined, after: number): string {
  if (before === undefined) return `: new, mode ${after.toString(8)}`
  return before === after ? '' : `: mode ${after.toString(8)}, was ${before.toString(8)}`
}
