import type { GreetingFiles } from '../../src/call/greet.js'
import type { Wanted } from '../../src/speech/greetings.js'

const nameOf = (wanted: Wanted) => ('text' in wanted ? wanted.text : Buffer.from(wanted.wav).toString())

/** Greetings of which some are rendered, some become so after a while, and all others never. */
export class FakeGreetings implements GreetingFiles {
  /** How long each wait was allowed to be. */
  readonly waits: number[] = []
  problem = ''
  folder = '/greetings'

  constructor(
    private readonly rendered: readonly string[] = [],
    private readonly afterMs: ReadonlyMap<string, number> = new Map(),
  ) {}

  find(wanted: Wanted): string | undefined {
    const at = this.rendered.indexOf(nameOf(wanted))
    return at < 0 ? undefined : `${this.folder}/${at}`
  }

  async within(wanted: Wanted, ms: number): Promise<string | undefined> {
    this.waits.push(ms)
    const after = this.afterMs.get(nameOf(wanted)) ?? Number.POSITIVE_INFINITY
    await new Promise((resolve) => setTimeout(resolve, Math.min(ms, after)))
    return after <= ms ? `${this.folder}/late` : undefined
  }

  get health() {
    return { problem: this.problem, files: 0, bytes: 0, waiting: 0, rendered: 0, failed: 0 }
  }
}
