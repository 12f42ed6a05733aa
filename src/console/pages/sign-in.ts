import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { signIn } from '../api.js'
import { TEXTS } from '../texts.js'

export function SignInPage() {
  const [error, setError] = useState('')
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get('token')).trim()
    await signIn(token).catch(({ message }: Error) => setError(message))
  }
  return html`
    <main class="sign-in">
      <form onSubmit=${submit}>
        <h1>${TEXTS.title}</h1>
        <label for="token">${TEXTS.signIn.token}</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required aria-describedby="hint" />
        <p id="hint" class="hint">${TEXTS.signIn.hint}</p>
        ${error === '' ? null : html`<p class="error" role="alert">${error}</p>`}
        <button class="primary">${TEXTS.signIn.button}</button>
      </form>
    </main>
  `
}
