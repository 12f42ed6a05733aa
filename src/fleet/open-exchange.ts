import type { Exchange, ExchangeAccess } from './exchange.js'

export function isNats(address: string): boolean {
  return /^(nats|tls):\/\//.test(address)
}

/** Begins to reach the exchange, and goes on for as long as it takes. The client of NATS is loaded where it is needed. */
export async function openExchange(access: ExchangeAccess): Promise<Exchange> {
  if (isNats(access.address)) {
    const { NatsExchange } = await import('./nats-exchange.js')
    return new NatsExchange(access)
  }
  const { FolderExchange } = await import('./folder-exchange.js')
  return new FolderExchange(access.address, access.name)
}
