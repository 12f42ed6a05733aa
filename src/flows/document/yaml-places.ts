import { type Document, isAlias, isCollection, isMap, isScalar, type LineCounter, type Node } from 'yaml'
import type { Place, Places, YamlPath } from './findings.js'

/** Places in a YAML document. An alias leads to where its anchor stands: there is the text to change. */
export class YamlPlaces implements Places {
  readonly #doc: Document
  readonly #lines: LineCounter

  constructor(doc: Document, lines: LineCounter) {
    this.#doc = doc
    this.#lines = lines
  }

  ofOffset(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  ofValue(path: YamlPath): Place {
    return this.#ofNode(this.#nearestNode(path))
  }

  ofKey(path: YamlPath): Place {
    const parent = this.#nearestNode(path.slice(0, -1))
    return this.#ofNode(keyNode(parent, path.at(-1)) ?? parent)
  }

  #nearestNode(path: YamlPath): Node | null {
    let node: Node | null = this.#doc.contents
    for (const step of path) {
      const next = this.#child(node, step)
      if (next === undefined) return node
      node = next
    }
    return node
  }

  #child(node: Node | null, step: string | number): Node | undefined {
    const target = isAlias(node) ? node.resolve(this.#doc) : node
    if (!isCollection(target)) return undefined
    const child: unknown = target.get(step, true)
    return isScalar(child) || isCollection(child) || isAlias(child) ? child : undefined
  }

  #ofNode(node: Node | null): Place {
    return this.ofOffset(node?.range?.[0] ?? 0)
  }
}

function keyNode(parent: Node | null, key: string | number | undefined): Node | undefined {
  if (!isMap(parent)) return undefined
  return parent.items.map((pair) => pair.key).find((node) => isScalar(node) && node.value === key) as
    | Node
    | undefined
}
