/** `{secret.NAME}`, or what looks like a placeholder and is none. */
const PLACEHOLDER = /\{(secret\.([A-Z0-9_]+))?[^{}]*\}|[{}]/g

/** What is wrong with a text in which nothing but `{secret.NAME}` may stand in braces; undefined if nothing is. */
export function secretProblem(text: string): string | undefined {
  for (const [written, placeholder] of text.matchAll(PLACEHOLDER))
    if (written !== `{${placeholder}}`)
      return `"${written}" is no {secret.NAME}, with a NAME in capital letters, which DOORMAN_SECRET_NAME gives`
  return undefined
}

/** Headers of a request with their secrets. @throws Error that names a setting that is missing */
export function fillHeaders(
  headers: Readonly<Record<string, string>>,
  secrets: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, fillSecrets(text, secrets)]))
}

function fillSecrets(text: string, secrets: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (_written, _placeholder, name: string) => {
    const secret = secrets.get(name)
    if (secret === undefined) throw new Error(`DOORMAN_SECRET_${name} is not set`)
    return secret
  })
}
