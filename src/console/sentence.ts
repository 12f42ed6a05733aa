import { html } from 'htm/preact'

/**
 * A sentence of Doorman's, which may hold a caller's text of any direction. `otherwise` and the like stand in backticks
 * in it; a value that decided can be marked.
 */
export function Sentence({ text, mark = '' }: { text: string; mark?: string | null }) {
  const at = mark ? text.indexOf(mark) : -1
  if (mark && at >= 0)
    return html`<bdi>${text.slice(0, at)}<mark><bdi>${mark}</bdi></mark>${text.slice(at + mark.length)}</bdi>`
  return html`<bdi>${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}</bdi>`
}
