import { readFileSync } from 'node:fs'
import { projectFolder } from '../flows/project-folder.js'

/** The code blocks of a page in a language, word for word; '' for those without one. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const text = readFileSync(projectFolder(page), 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)].flatMap(([, kind, code = '']) =>
    kind === language ? [code] : [],
  )
}
