import { html } from 'htm/preact'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { request } from './api.js'
import { TEXTS } from './texts.js'

interface PageProps {
  readonly title: string
  /** Why Doorman's answer is not there, or what it refused. */
  readonly problem?: string
  readonly isLoading?: boolean
  readonly children?: ComponentChildren
}

/** What every page has: its title, here and in the browser's tab, and its error and loading states. */
export function Page({ title, problem = '', isLoading = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} – ${TEXTS.title}`
  }, [title])
  return html`
    <h1>${title}</h1>
    ${problem === '' ? null : html`<p class="error" role="alert"><bdi>${problem}</bdi></p>`}
    ${!isLoading ? children : problem === '' ? html`<p class="empty">${TEXTS.loading}</p>` : null}
  `
}

/** What Doorman answers to a GET of `path`. `load` asks again, and never rejects. */
export function useAnswer<T>(path: string) {
  const [answer, setAnswer] = useState<T>()
  const [problem, setProblem] = useState('')
  const load = async () => {
    try {
      setAnswer(await request<T>(path))
      setProblem('')
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  useEffect(() => void load(), [path])
  return { answer, problem, load }
}
