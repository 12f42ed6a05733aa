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
  if (rows.length === 0) return html`<p class="hint">${none}</p>`
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <table>
        <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>${cells.map((cell) => html`<td class=${typeof cell === 'number' ? 'number' : ''}>${typeof cell === 'number' ? cell.toLocaleString('en') : cell}</td>`)}</tr>`,
          )}
        </tbody>
      </table>
    </div>
  `
}
