import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Preview } from '../../control/console-source.js'
import type { Problem } from '../../flows/problem.js'
import type { ReloadResult } from '../../revisions/candidate.js'
import { request, user } from '../api.js'
import { count } from '../format.js'
import { Moves } from '../moves.js'
import { Page } from '../page.js'
import { TEXTS } from '../texts.js'

const { change: texts } = TEXTS

/** What a reload would do now; with the number of a revision, what the way back to it would do. */
export function ChangePage({ named: back }: { named: string }) {
  const [preview, setPreview] = useState<Preview>()
  const [said, setSaid] = useState('')
  const [problem, setProblem] = useState('')
  const look = async () => {
    setPreview(undefined)
    const path = back === '' ? '/api/preview' : `/api/preview?to=${encodeURIComponent(back)}`
    await request<Preview>(path).then(setPreview, ({ message }: Error) => setProblem(message))
  }
  const lookAgain = () => {
    setProblem('')
    setSaid('')
    return look()
  }
  useEffect(() => void lookAgain(), [back])
  const take = async () => {
    setProblem('')
    const headers = { 'if-match': `"${preview?.current}"` }
    const [path, body] = back === '' ? ['/reload', {}] : ['/rollback', { to: Number(back) }]
    try {
      const result = await request<ReloadResult>(path, { method: 'POST', body, headers })
      if (result.ok) setSaid(`${texts.done} ${result.number ?? result.revision}`)
      else setProblem(result.problems.map(({ message }) => message).join(' '))
    } catch (error) {
      setProblem((error as Error).message)
    }
    // Where somebody else was first, this shows what is there to change now.
    await look()
  }
  return html`
    <${Page} title=${back === '' ? texts.heading : `${texts.headingBack} ${back}`} problem=${problem}>
      <p class="actions"><button onClick=${lookAgain}>${texts.look}</button></p>
      <div aria-live="polite">
        ${said === '' ? null : html`<p class="said">${said}</p>`}
        ${
          preview === undefined
            ? html`<p class="empty">${problem === '' ? texts.looking : ''}</p>`
            : html`<${Candidate} preview=${preview} verb=${back === '' ? texts.reload : texts.rollBack} take=${take} />`
        }
      </div>
    <//>
  `
}

interface CandidateProps {
  readonly preview: Preview
  readonly verb: string
  readonly take: () => void
}

function Candidate({ preview, verb, take }: CandidateProps) {
  const { problems, warnings, changes, replayed, revision, current } = preview
  if (problems.length === 0 && revision === current) return html`<p class="empty">${texts.unchanged}</p>`
  const { calls = 0, changed = 0, groups = [] } = replayed ?? {}
  const moves =
    changed === 0
      ? texts.movesNone
      : `${changed.toLocaleString('en')} of ${count(calls, 'call')} ${texts.moves}`
  return html`
    <${Problems} title=${texts.problems} problems=${problems} kind="error" />
    <${Problems} title=${texts.warnings} problems=${warnings} kind="warning" />
    ${
      problems.length > 0
        ? null
        : html`
            <h2>${texts.changes}</h2>
            ${
              changes.length === 0
                ? html`<p>${texts.noChanges}</p>`
                : html`<ul>${changes.map(({ text }) => html`<li><bdi>${text}</bdi></li>`)}</ul>`
            }
            <${Moves} groups=${groups} />
            ${
              user.value?.role === 'admin'
                ? html`<p class="actions sticky"><button class="primary" onClick=${take}>${verb}: ${moves}</button></p>`
                : html`<p class="hint">${texts.needsAdmin}</p>`
            }
          `
    }
  `
}

function Problems({ title, problems, kind }: { title: string; problems: readonly Problem[]; kind: string }) {
  if (problems.length === 0) return null
  return html`
    <h2>${title}</h2>
    <ul class=${`problems ${kind}`}>
      ${problems.map(
        ({ file, line, column, message, code }) => html`
          <li>
            ${file === '' ? null : html`<code>${file}:${line}:${column}</code> `}
            <bdi>${message}</bdi> <code class="hint">${code}</code>
          </li>
        `,
      )}
    </ul>
  `
}
