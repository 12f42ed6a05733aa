import { fileName, fileNameProblem } from '../flows/source.js'

/**
 * Why a file cannot be kept under this name, if so. A kept name is written into a folder again when its
 * revision is unpacked, so it must not lead out of that folder, whoever wrote the entry.
 */
export function storedNameProblem(name: string): string | undefined {
  if (name === '' || name.includes('\0')) return `"${name}" is no file name`
  return (
    fileNameProblem(name) ?? (fileName(name) === name ? undefined : `"${name}" has dots or slashes too many`)
  )
}
