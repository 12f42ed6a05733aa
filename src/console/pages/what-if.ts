import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { ExampleSource } from '../../flows/examples.js'
import type { Provenance } from '../../routing/provenance.js'
import type { Reason } from '../../routing/types.js'
import { request } from '../api.js'
import { instant, Page, Sentence, useAnswer } from '../page.js'
import { TEXTS } from '../texts.js'
import { Facts, Rules } from './call.js'

const { whatIf: texts } = TEXTS

type ExampleCall = ExampleSource['call']

interface NamedLookup {
  readonly name: string
  readonly fields: readonly string[]
}

/** What the flow files name, to be offered. */
interface Names {
  readonly trunks: readonly string[]
  readonly headers: readonly string[]
  readonly lookups: readonly NamedLookup[]
  readonly memory: readonly string[]
}

interface Answer {
  readonly at: string
  readonly sentence: string
  readonly flow: string
  readonly context: string
  readonly extension: string
  readonly priority: number
  readonly state: unknown
  readonly greeting: { readonly text: string } | null
  /** Those that a call would ask, and whose answers were not given. */
  readonly lookups: readonly NamedLookup[]
  readonly reasons: readonly Reason[]
  readonly provenance: readonly Provenance[]
}

/** As the fields have it: all texts. */
const EMPTY = {
  ...{ from: '', to: '', trunk: '', name: '', attestation: '', at: '' },
  ...{ headers: '', lookups: '', memory: '', earlier: '', state: '' },
}
type Form = Readonly<typeof EMPTY>

const NO_NAMES: Names = { trunks: [], headers: [], lookups: [], memory: [] }

/** Waits for the next key, so that an answer is not for half a number. */
const TYPING_MS = 120

export function WhatIfPage({ named }: { named: string }) {
  const [form, setForm] = useState<Form>(EMPTY)
  const [answer, setAnswer] = useState<Answer>()
  const [problem, setError] = useState('')
  useEffect(() => {
    if (named === '') return
    const path = `/api/calls/${encodeURIComponent(named)}`
    void request<{ call: ExampleCall | null }>(path).then(
      ({ call }) => (call === null ? setError(texts.masked) : setForm(formOf(call))),
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
  const bound = (key: keyof Form) => ({
    value: form[key],
    onInput: ({ currentTarget }: InputEvent) =>
      setForm((before) => ({ ...before, [key]: (currentTarget as HTMLInputElement).value })),
  })
  const field = (key: keyof Form, label: string, rest: object = {}) =>
    html`<label>${label}<input ...${rest} ...${bound(key)} /></label>`
  const area = (key: keyof Form, label: string, hint: string) =>
    html`<label class="wide">${label}<textarea rows="2" dir="auto" placeholder=${hint} ...${bound(key)}></textarea></label>`
  const { trunks, headers, lookups, memory } = useAnswer<Names>('/api/names').answer ?? NO_NAMES
  const lines = (names: readonly string[]) => names.map((name) => `${name}: …`).join('\n')
  const fields = lookups.flatMap(({ name, fields }) => fields.map((one) => `${name}.${one}`))
  return html`
    <${Page} title=${texts.heading}>
      <div class="split form-first">
        <form class="what-if" onSubmit=${(event: Event) => event.preventDefault()}>
          ${field('from', texts.from, { inputmode: 'tel', placeholder: '+15551234567' })}
          ${field('to', texts.to, { inputmode: 'tel', placeholder: '+15557654321' })}
          ${field('trunk', texts.trunk, { list: 'trunks' })} ${field('name', texts.name, { dir: 'auto' })}
          <datalist id="trunks">${trunks.map((trunk) => html`<option value=${trunk} />`)}</datalist>
          <label>
            ${texts.attestation}
            <select ...${bound('attestation')}>
              <option value="">${texts.noAttestation}</option>
              ${['A', 'B', 'C', 'failed'].map((level) => html`<option value=${level}>${level}</option>`)}
            </select>
          </label>
          ${field('at', texts.at, { type: 'datetime-local', step: 1 })}
          ${area('headers', texts.headers, lines(headers))}
          ${area('lookups', texts.lookups, lines(fields))}
          ${area('memory', texts.memory, lines(memory))}
          ${area('earlier', texts.earlier, '2030-12-24T18:00:00Z')}
          ${area('state', texts.state, '{}')}
        </form>
        <div aria-live="polite">
          ${problem === '' ? null : html`<p class="error"><bdi>${problem}</bdi></p>`}
          ${answer === undefined ? html`<p class="empty">${texts.empty}</p>` : html`<${Explained} answer=${answer} />`}
        </div>
      </div>
    <//>
  `
}

function Explained({ answer }: { answer: Answer }) {
  const { context, extension, priority, greeting, lookups } = answer
  const asked = lookups.map(({ name, fields }) => `${name} (${fields.join(', ')})`).join(', ')
  return html`
    <p class="answer"><${Sentence} text=${answer.sentence} /></p>
    ${asked === '' ? null : html`<p class="hint">${texts.asks} ${asked}</p>`}
    <dl>
      <dt>${texts.flow}</dt><dd>${answer.flow} <code>${context},${extension},${priority}</code></dd>
      <dt>${texts.stateAfter}</dt><dd><code>${JSON.stringify(answer.state)}</code></dd>
      ${greeting && html`<dt>${TEXTS.call.greeting}</dt><dd><bdi>${greeting.text}</bdi></dd>`}
      <dt>${texts.clock}</dt><dd>${instant(answer.at)}</dd>
    </dl>
    <${Rules} reasons=${answer.reasons} />
    <${Facts} provenance=${answer.provenance} />
  `
}

/** The lines `name: value` of a field; others are not there yet. */
function pairsOf(text: string): readonly (readonly [name: string, value: string])[] {
  return text.split('\n').flatMap((line) => {
    const [, name, value] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
}

/** As an example of `examples.yaml` writes a call. @throws SyntaxError where the state is no JSON */
function callOf({ headers, lookups, memory, earlier, state, at, from, to, ...rest }: Form): object {
  const given = Object.entries(rest).filter(([, value]) => value !== '')
  const values = Map.groupBy(pairsOf(headers), ([name]) => name)
  const answers: Record<string, string | Record<string, string>> = {}
  for (const [name, value] of pairsOf(lookups)) {
    const [lookup = '', field] = name.split('.')
    answers[lookup] = field === undefined ? value : { ...Object(answers[lookup]), [field]: value }
  }
  return {
    ...{ from, to, ...Object.fromEntries(given) },
    headers: Object.fromEntries([...values].map(([name, lines]) => [name, lines.map(([, value]) => value)])),
    ...(lookups.trim() && { lookups: answers }),
    ...(memory.trim() && { memory: Object.fromEntries(pairsOf(memory)) }),
    ...(earlier.trim() && { earlier_calls: earlier.trim().split(/\s+/) }),
    ...(at && { at: new Date(at).toISOString() }),
    ...(state.trim() && { state: JSON.parse(state) }),
  }
}

/** The lines of such a field. */
function linesOf(all: Readonly<Record<string, string | string[]>>): readonly string[] {
  return Object.entries(all).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`))
}

function formOf(call: ExampleCall): Form {
  const { from, to, trunk = '', name = '', attestation = '', at, headers = {}, lookups = {}, state } = call
  const answers = Object.entries(lookups).flatMap(([lookup, said]) =>
    typeof said === 'string'
      ? `${lookup}: ${said}`
      : Object.entries(said).map(([field, value]) => `${lookup}.${field}: ${value}`),
  )
  return {
    ...{ from, to, trunk, name, attestation, at: at === undefined ? '' : localInput(new Date(at)) },
    headers: linesOf(headers)
      .filter((line) => !/^(from|to):/i.test(line))
      .join('\n'),
    lookups: answers.join('\n'),
    memory: linesOf(call.memory ?? {}).join('\n'),
    earlier: (call.earlier_calls ?? []).join('\n'),
    state: state === undefined ? '' : JSON.stringify(state),
  }
}

/** The reader's own time, as a field of type `datetime-local` has it. */
function localInput(at: Date): string {
  return at.toLocaleString('sv').replace(' ', 'T').slice(0, 19)
}
