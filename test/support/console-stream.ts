import type { CallRow } from '../../src/control/live-calls.js'

/** A plain client of the console's stream. Each connection goes on behind the last row of the one before. */
export class ConsoleStream {
  readonly rows: CallRow[] = []
  #last = ''
  #closing = new AbortController()
  #reading: Promise<void> = Promise.resolve()

  async open(url: string, token: string): Promise<void> {
    this.#closing = new AbortController()
    const resumed: Record<string, string> = this.#last === '' ? {} : { 'last-event-id': this.#last }
    const { status, body } = await fetch(`${url}/api/live`, {
      headers: { authorization: `Bearer ${token}`, ...resumed },
      signal: this.#closing.signal,
    })
    if (status !== 200 || body === null) throw new Error(`The stream answered ${status}.`)
    this.#reading = this.#read(body).catch(() => undefined)
  }

  /** Resolves when the server has ended the stream. */
  get ended(): Promise<void> {
    return this.#reading
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#reading
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = ''
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const events = (rest + chunk).split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) this.#take(event)
    }
  }

  #take(event: string): void {
    const [, data] = /^event: calls\ndata: (.*)$/m.exec(event) ?? []
    if (data === undefined) return
    this.#last = /^id: (.*)$/m.exec(event)?.[1] ?? this.#last
    this.rows.push(...(JSON.parse(data) as CallRow[]))
  }
}

/** A call for which the rules below have one flow: by its caller, who calls once. */
export function plannedCall(at: number) {
  const kind = at % 2 === 0 ? 'even' : 'odd'
  const from = `+1555${kind === 'even' ? 0 : 1}${String(at).padStart(6, '0')}`
  return { from, to: '5550000001', flow: kind }
}

export const PLANNED = {
  flows: {
    'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
flows: { even: { context: bench-even }, odd: { context: bench-odd } }
rules:
  - { name: Code, when: { callee: "+15550000009" }, run: code.ts }
  - { name: Even, when: { caller: "+15550*" }, goto: even }
otherwise: odd
`,
    'code.ts': 'export default (conv: { gotoFlow(name: string): void }) => conv.gotoFlow("even")\n',
  },
  dialplan: '[bench-even]\nexten => s,1,Hangup(17)\n[bench-odd]\nexten => s,1,Hangup(28)\n',
} as const

/** What is wrong with the rows of these calls: each must be there once, and right. */
export function wrongRows(rows: readonly CallRow[], calls: readonly number[]): readonly string[] {
  const byCaller = Map.groupBy(rows, ({ callerNumber }) => callerNumber)
  const unsorted = rows.filter(({ id }, at) => at > 0 && id <= (rows[at - 1]?.id ?? 0))
  return [
    ...unsorted.map(({ id }) => `row ${id} comes behind a later one`),
    ...calls.flatMap((at) => {
      const { from, flow } = plannedCall(at)
      const [row, ...more] = byCaller.get(from) ?? []
      if (row === undefined) return [`${from} is missing`]
      if (more.length > 0) return [`${from} is there ${more.length + 1} times`]
      const isRight =
        row.flow === flow && row.outcome === 'routed' && row.sentence.includes(`went to ${flow}`)
      return isRight ? [] : [`${from}: ${row.outcome}: ${row.sentence}`]
    }),
  ]
}
