import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { NumberedCall } from '../../history/recorded-calls.js'
import type { Provenance } from '../../routing/facts.js'
import type { Reason } from '../../routing/types.js'
import { request } from '../api.js'
import { TEXTS } from '../texts.js'
import { Facts, Rules } from './call.js'

const { whatIf: texts } = TEXTS

/** As the fields have it: all texts. */
interface Form {
  readonly from: string
  readonly to: string
  readonly trunk: string
  readonly name: string
  readonly attestation: string
  readonly at: string
  readonly headers: string
  readonly state: string
}

interface Answer {
  readonly sentence: string
  readonly flow: string
  readonly context: string
  readonly extension: string
  readonly priority: number
  readonly rule: string
  readonly vip: boolean
  readonly branch: string | null
  readonly state: unknown
  readonly reasons: readonly Reason[]
  readonly provenance: readonly Provenance[]
}

const EMPTY: Form = { from: '', to: '', trunk: '', name: '', attestation: '', at: '', headers: '', state: '' }
/** Waits for the next key, so that an answer is not for half a number. */
const TYPING_MS = 120

export function WhatIfPage({ named }: { named: string }) {
  const [form, setForm] = useState(EMPTY)
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setError] = useState('')
  useEffect(() => {
    if (named === '') return
    const path = `/api/calls/${encodeURIComponent(named)}`
    void request<{ visits: readonly NumberedCall[] }>(path).then(
      ({ visits }) => setForm(formOf(visits.at(-1))),
      ({ message }: Error) => setError(message),
    )
  }, [named])
  useEffect(() => {
    if (form.from === '' || form.to === '') return setAnswer(undefined)
    let isLatest = true
    const timer = setTimeout(async () => {
      try {
        const found = await request<Answer>('/api/explain', { method: 'POST', body: callOf(form) })
        if (!isLatest) return
        setAnswer(found)
        setError('')
      } catch (error) {
        if (isLatest) setError((error as Error).message)
      }
    }, TYPING_MS)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [form])
  const field = (key: keyof Form, label: string, rest: object = {}) => html`
    <label>
      ${label}
      <input ...${rest} value=${form[key]} onInput=${(event: InputEvent) => set(key, (event.currentTarget as HTMLInputElement).value)} />
    </label>
  `
  const area = (key: keyof Form, label: string, placeholder: string) => html`
    <label class="wide">
      ${label}
      <textarea
        rows="3"
        placeholder=${placeholder}
        value=${form[key]}
        onInput=${(event: InputEvent) => set(key, (event.currentTarget as HTMLTextAreaElement).value)}
      ></textarea>
    </label>
  `
  const set = (key: keyof Form, value: string) => setForm((before) => ({ ...before, [key]: value }))
  return html`
    <h1>${texts.heading}</h1>
    <form class="what-if" onSubmit=${(event: Event) => event.preventDefault()}>
      ${field('from', texts.from, { inputmode: 'tel', placeholder: '+15551234567' })}
      ${field('to', texts.to, { inputmode: 'tel', placeholder: '+15557654321' })}
      ${field('trunk', texts.trunk)} ${field('name', texts.name)}
      <label>
        ${texts.attestation}
        <select value=${form.attestation} onChange=${(event: Event) => set('attestation', (event.currentTarget as HTMLSelectElement).value)}>
          <option value="">${texts.noAttestation}</option>
          ${['A', 'B', 'C', 'failed'].map((level) => html`<option value=${level}>${level}</option>`)}
        </select>
      </label>
      ${field('at', texts.at, { type: 'datetime-local', step: 60 })}
      ${area('headers', texts.headers, texts.headersHint)} ${area('state', texts.state, '{}')}
    </form>
    <div aria-live="polite">
      ${problem === '' ? null : html`<p class="error">${problem}</p>`}
      ${answer === undefined ? html`<p class="empty">${texts.empty}</p>` : html`<${Explained} answer=${answer} />`}
    </div>
  `
}

function Explained({ answer }: { answer: Answer }) {
  const { context, extension, priority } = answer
  return html`
    <p class="answer"><bdi>${answer.sentence}</bdi></p>
    <dl class="facts">
      <dt>${texts.flow}</dt><dd>${answer.flow} <code>${context},${extension},${priority}</code></dd>
      <dt>${texts.rule}</dt><dd>${answer.rule}</dd>
      <dt>${texts.vip}</dt><dd>${answer.vip ? TEXTS.call.yes : TEXTS.call.no}</dd>
      <dt>${texts.branch}</dt><dd>${answer.branch ?? '–'}</dd>
      <dt>${texts.stateAfter}</dt><dd><code>${JSON.stringify(answer.state)}</code></dd>
    </dl>
    <h2>${TEXTS.call.rules}</h2>
    <${Rules} reasons=${answer.reasons} />
    <h2>${TEXTS.call.facts}</h2>
    <${Facts} provenance=${answer.provenance} />
  `
}

/** @throws SyntaxError where the state is no JSON */
function callOf(form: Form): object {
  const headers: Record<string, string[]> = {}
  for (const line of form.headers.split('\n').filter((text) => text.includes(':'))) {
    const name = line.slice(0, line.indexOf(':')).trim()
    headers[name] = [...(headers[name] ?? []), line.slice(line.indexOf(':') + 1).trim()]
  }
  return {
    ...{ from: form.from, to: form.to, headers },
    ...(form.trunk && { trunk: form.trunk }),
    ...(form.name && { name: form.name }),
    ...(form.attestation && { attestation: form.attestation }),
    ...(form.at && { at: new Date(form.at).toISOString() }),
    ...(form.state.trim() && { state: JSON.parse(form.state) }),
  }
}

function formOf(call: NumberedCall | undefined): Form {
  if (call === undefined) return EMPTY
  const headers = call.headers.filter(([name]) => !/^(from|to)$/i.test(name))
  const { attestation = '' } = { ...call.verification } as { readonly attestation?: string }
  return {
    ...{
      from: call.callerId.number,
      to: call.dialled,
      trunk: call.trunk ?? '',
      name: call.callerId.name,
      attestation,
    },
    at: localInput(new Date(call.at)),
    headers: headers.map(([name, value]) => `${name}: ${value}`).join('\n'),
    state: call.state === undefined ? '' : JSON.stringify(call.state),
  }
}

/** The reader's own time, as a field of type `datetime-local` has it. */
function localInput(at: Date): string {
  return at.toLocaleString('sv').replace(' ', 'T').slice(0, 16)
}
