import { styleText } from 'node:util'

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** By the form of the text, so that no text of a caller has to be trusted with escape sequences. */
const STYLES: readonly (readonly [RegExp, Style])[] = [
  [/^ *\+(?= )/gm, 'green'],
  [/^ *-(?= )/gm, 'red'],
  [/\bOK\b|^ok\b/gm, 'green'],
  [/^warning\b|\(warning\)$/gm, 'yellow'],
  [/^info\b/gm, 'cyan'],
  [/^fault\b|^error\[\w+\]:/gm, 'red'],
  [/^Next: [\s\S]*/m, 'dim'],
]

/** Colours text whose control characters are written out already; only on a terminal, and not with NO_COLOR. */
export function paint(safe: string, stream: NodeJS.WriteStream): string {
  return STYLES.reduce(
    (text, [pattern, style]) => text.replace(pattern, (found) => styleText(style, found, { stream })),
    safe,
  )
}
