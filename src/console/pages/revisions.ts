import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ReloadResult } from '../../revisions/candidate.js'
import type { RevisionEntry } from '../../store/database.js'
import { request, user } from '../api.js'
import { instant } from '../format.js'
import { status } from '../live.js'
import { Table } from '../table.js'
import { TEXTS } from '../texts.js'

const { revisions: texts } = TEXTS

interface Answer {
  readonly active: string
  readonly revisions: readonly RevisionEntry[]
}

export function RevisionsPage() {
  const [answer, setAnswer] = useState<Answer>()
  const [error, setError] = useState('')
  const [asked, setAsked] = useState<RevisionEntry>()
  const dialog = useRef<HTMLDialogElement>(null)
  const fail = ({ message }: Error) => setError(message)
  const load = () => request<Answer>('/api/revisions').then(setAnswer, fail)
  const active = status.value?.revision
  useEffect(() => void load(), [active])
  const ask = (entry: RevisionEntry) => {
    setAsked(entry)
    dialog.current?.showModal()
  }
  const rollBack = async () => {
    dialog.current?.close()
    const headers = { 'if-match': `"${answer?.active}"` }
    const result = await request<ReloadResult>('/rollback', {
      method: 'POST',
      body: { to: asked?.number },
      headers,
    }).catch(fail)
    if (result?.ok === false) setError(result.problems.map(({ message }) => message).join(' '))
    await load()
  }
  const actionOf = (entry: RevisionEntry) => {
    if (entry.id === answer?.active) return texts.decides
    if (user.value?.role !== 'admin') return ''
    return html`<button class="quiet" onClick=${() => ask(entry)}>${texts.back} ${entry.number}</button>`
  }
  const rows = (answer?.revisions ?? []).map((entry) => [
    html`<strong>${entry.number}</strong> <code>${entry.id}</code>`,
    instant(entry.at),
    entry.by ?? '–',
    `${entry.way}${entry.rollbackOf === null ? '' : ` (${entry.rollbackOf} ${texts.again})`}`,
    entry.files,
    actionOf(entry),
  ])
  return html`
    <h1>${texts.heading}</h1>
    ${error === '' ? null : html`<p class="error" role="alert">${error}</p>`}
    <${Table} title=${texts.heading} columns=${texts.columns} rows=${rows} none="" />
    <dialog ref=${dialog} aria-labelledby="sure">
      <p id="sure">${texts.sure} ${asked?.number}.</p>
      <p class="actions">
        <button onClick=${() => dialog.current?.close()}>${texts.cancel}</button>
        <button class="primary" onClick=${rollBack}>${texts.confirm}</button>
      </p>
    </dialog>
  `
}
