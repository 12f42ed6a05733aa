/** What Doorman uses of asterisk-manager 0.2.0, which ships no types. */
declare module 'asterisk-manager' {
  import type { TcpNetConnectOpts } from 'node:net'

  export interface ManagerResponse {
    readonly response?: string
    readonly message?: string
    readonly actionid?: string
    readonly [key: string]: unknown
  }

  export interface ManagerConnection {
    /** What stands for the port goes to `net.createConnection`, which takes its options there, too. */
    connect(port: number | TcpNetConnectOpts, host: string, callback: () => void): void
    login(callback: (error?: ManagerResponse | Error) => void): void
    action(
      action: Readonly<Record<string, string>>,
      callback: (error: ManagerResponse | Error | undefined, response?: ManagerResponse) => void,
    ): string
    disconnect(callback?: () => void): void
    isConnected(): boolean
    on(event: 'close' | 'connect' | 'end', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
    /** Every event; keys in lower case, as in responses. */
    on(event: 'managerevent', listener: (event: ManagerResponse) => void): void
    removeListener(event: 'managerevent', listener: (event: ManagerResponse) => void): void
    removeAllListeners(event: string): void
  }

  export default function Manager(
    port: number | undefined,
    host: string,
    username: string,
    password: string,
    events: boolean,
  ): ManagerConnection
}
