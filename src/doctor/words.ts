/** `a, b and 3 more`: the first few of a list, for a sentence. */
export function listed(names: readonly string[], most = 6): string {
  if (names.length <= most) return names.join(', ')
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}

/** A message that ends with its remedy ("… Check that …") → what it says and what to do. */
export function withRemedy(message: string): { readonly says: string; readonly remedy: string | undefined } {
  const at = message.search(/\bCheck /)
  if (at <= 0) return { says: sentence(message), remedy: undefined }
  return { says: sentence(message.slice(0, at)), remedy: message.slice(at).trim() }
}

/** Ends with one full stop. */
export function sentence(text: string): string {
  return `${text.trim().replace(/[.:]+$/, '')}.`
}
