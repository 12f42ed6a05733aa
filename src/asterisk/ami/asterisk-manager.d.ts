/** What Doorman uses of asterisk-manager 0.2.0, which ships no types. */
declare module 'asterisk-manager' {
  import type { TcpNetConnectOpts } from 'node:net'

  export interface ManagerResponse {
    readonly message?: string
    readonly actionid?: string
    readonly [key: string]: unknown
  }

  export interface ManagerConnection {
    /** What stands for the port goes to `net.createConnection`, which takes its options there, too. */
    connect(port: TcpNetConnectOpts, host: string, callback: () => void): void
    login(callback: (refusal: ManagerResponse | undefined) => void): void
    action(
      action: Readonly<Record<string, string>>,
      callback: (error: ManagerResponse | undefined, response?: ManagerResponse) => void,
    ): void
    on(event: 'close', listener: () => void): void
    on(event: 'error', listener: (error: Error) => void): void
    /** Every event; keys in lower case, as in responses. */
    on(event: 'managerevent' | 'rawevent', listener: (event: ManagerResponse) => void): void
    removeListener(event: 'managerevent', listener: (event: ManagerResponse) => void): void
  }

  /** `port` is left out: with one, the constructor connects by itself. */
  export default function Manager(
    port: undefined,
    host: string,
    username: string,
    password: string,
    events: boolean,
  ): ManagerConnection
}
