/**
 * Loaded into Doorman's process by `--import`: names under `.invalid` are looked up for three seconds in vain, as where
 * the DNS server is gone. Doorman itself has no such hook.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const { lookup } = dns
const gone = (name: string, ...rest: readonly unknown[]) => {
  if (!name.endsWith('.invalid')) return Reflect.apply(lookup, dns, [name, ...rest])
  const callback = rest.at(-1) as (error: Error) => void
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN' })
  setTimeout(callback, 3_000, error)
}
Object.assign(dns, { lookup: gone })
syncBuiltinESMExports()
