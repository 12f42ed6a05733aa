/** What the bench uses of ding-dong 0.1.7, which ships no types. */
declare module 'ding-dong' {
  import type { Server } from 'node:net'

  export interface AgiResponse {
    readonly code: number
    readonly result: string
    readonly value?: string
  }

  export interface AgiContext {
    onEvent(event: 'variables'): Promise<Readonly<Record<string, string>>>
    getVariable(name: string): Promise<AgiResponse>
    setVariable(name: string, value: string): Promise<AgiResponse>
    end(): Promise<void>
  }

  export default class AgiServer {
    constructor(
      handler: (context: AgiContext) => void,
      options: { readonly port: number; readonly host: string },
    )
    start(): Server
  }
}
