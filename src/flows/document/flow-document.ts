import { type Document, isMap, LineCounter, parseDocument } from 'yaml'
import type { Problem } from '../problem.js'
import { restoreTexts } from './plain-scalars.js'
import { YamlPlaces } from './yaml-places.js'

/** `routing.yaml` as it was read: its value, not yet checked, and the way back to lines and columns. */
export interface FlowDocument {
  /** A map, unless there are problems. */
  readonly value: unknown
  readonly places: YamlPlaces
  /** What is wrong with the text itself, as YAML. */
  readonly problems: readonly Problem[]
  /** True where the value can be looked at in spite of the problems. */
  readonly readable: boolean
}

/** Reads the text of `routing.yaml`. Never throws: whatever is wrong with it is a problem with its place. */
export function parseFlowDocument(file: string, content: Buffer): FlowDocument {
  const lines = new LineCounter()
  const text = decode(content)
  const doc = parseDocument(text ?? '', { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const places = new YamlPlaces(doc, lines)
  const at = (offset: number, message: string): Problem => ({ file, ...places.ofOffset(offset), message })
  const unreadable = (...problems: Problem[]) => ({ value: undefined, places, problems, readable: false })

  if (text === undefined) return unreadable(at(0, 'this file is not UTF-8 text; save it as UTF-8'))
  const problems = syntaxProblems(doc, at)
  if (doc.errors.some((error) => error.code !== 'DUPLICATE_KEY')) return unreadable(...problems)
  if (!isMap(doc.contents)) {
    return unreadable(
      ...problems,
      at(
        doc.contents?.range?.[0] ?? 0,
        'this file must be a map of keys; the least is "flows" and "otherwise"',
      ),
    )
  }
  const refused = restoreTexts(doc)
  problems.push(...refused.map(({ offset, message }) => at(offset, message)))
  return refused.some(({ fatal }) => fatal) ? unreadable(...problems) : documentOf(doc, places, problems, at)
}

function decode(content: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}

function syntaxProblems(doc: Document, at: (offset: number, message: string) => Problem): Problem[] {
  return [...doc.errors, ...doc.warnings].map((error) => at(error.pos[0], syntaxMessage(error)))
}

function syntaxMessage({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands here twice; keep one of them'
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; keep one of them and take this --- out'
  return `this is not YAML: ${message}`
}

/** Aliases are followed at most 100 times, so that a few lines can't become gigabytes. */
function documentOf(
  doc: Document,
  places: YamlPlaces,
  problems: readonly Problem[],
  at: (offset: number, message: string) => Problem,
): FlowDocument {
  try {
    return { value: doc.toJS({ maxAliasCount: 100 }), places, problems, readable: true }
  } catch (error) {
    const message = `this file can't be read: ${error instanceof Error ? error.message : String(error)}`
    return { value: undefined, places, problems: [...problems, at(0, message)], readable: false }
  }
}
