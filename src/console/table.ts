import { html } from 'htm/preact'
import type { ComponentChildren } from 'preact'

interface TableProps {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** What stands there instead of a table without rows. */
  readonly none: string
}

/** A table that scrolls sideways where the page is narrow; numbers stand to the right. */
export function Table({ title, columns, rows, none }: TableProps) {
  const [first] = rows
  if (first === undefined) return html`<p class="hint">${none}</p>`
  const classes = first.map((cell) => (typeof cell === 'number' ? 'number' : ''))
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead><tr>${columns.map((column, at) => html`<th scope="col" class=${classes[at]}>${column}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>${cells.map((cell, at) => html`<td class=${classes[at]} data-column=${columns[at]}>${typeof cell === 'number' ? cell.toLocaleString('en') : cell}</td>`)}</tr>`,
          )}
        </tbody>
      </table>
    </div>
  `
}
