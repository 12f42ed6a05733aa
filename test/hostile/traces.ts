import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Every file or folder whose name holds the mark: what a payload made, if one ever worked. `deep` are folders of our
 * own, `flat` those of the machine, into which a name with `../` may lead.
 */
export function tracesOf(
  mark: string,
  { deep, flat }: Readonly<Record<'deep' | 'flat', readonly string[]>>,
): readonly string[] {
  const names = [
    ...deep.flatMap((folder) => namesIn(folder, true)),
    ...flat.flatMap((one) => namesIn(one, false)),
  ]
  return names.filter((name) => name.includes(mark))
}

function namesIn(folder: string, isDeep: boolean): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      return isDeep && entry.isDirectory() ? [path, ...namesIn(path, true)] : [path]
    })
  } catch {
    // Somebody else's folder, or one that went meanwhile.
    return []
  }
}
