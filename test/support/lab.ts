import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Asterisk, startAsterisk } from './asterisk.js'
import { generatedDialplan, launchDoorman, type RunningDoorman, settingsFor } from './doorman.js'
import { type FlowFiles, flowFolder } from './flow-folder.js'
import type { AsteriskInstall } from './install.js'
import { repositoryFolder } from './lab-folder.js'

type Settings = Readonly<Record<string, string>>

export interface LabOptions {
  /** The flow files; the repository's own `flows` by default. */
  readonly flows?: FlowFiles | undefined
  /** Dialplan of the test, after the repository's own. */
  readonly dialplan?: string
  /** True where that is all of extensions.conf, without the sample. */
  readonly isDialplanAlone?: boolean
  /** Settings of each instance beside those that lead to this Asterisk and these flow files. */
  readonly settings?: Settings
  /** Text put behind a file of Asterisk's configuration, by its name. */
  readonly overrides?: Settings | undefined
  /** Changes what `doorman dialplan` generates. */
  readonly editDialplan?: (text: string) => string
  /** True where so many calls come that a log line for each of their steps would be most of the work. */
  readonly isQuiet?: boolean
}

/** A private Asterisk with the dialplan that Doorman generates, flow files, and instances of Doorman beside it. */
export class Lab {
  readonly #instances: RunningDoorman[] = []

  private constructor(
    readonly asterisk: Asterisk,
    /** The folder of the flow files. */
    readonly flows: string,
    private readonly settings: Settings,
  ) {}

  /** Starts Asterisk, and no Doorman. */
  static async start(install: AsteriskInstall, options: LabOptions): Promise<Lab> {
    const { dialplan = '', settings = {}, overrides = {}, isQuiet = false, isDialplanAlone = false } = options
    const own = options.flows === undefined ? undefined : flowFolder(options.flows).path
    const flows = own ?? join(repositoryFolder(), 'flows')
    const text = generatedDialplan(flows, settings)
    const asterisk = await startAsterisk(install, {
      ...{ generatedDialplan: options.editDialplan?.(text) ?? text, extraDialplan: dialplan },
      ...{ isDialplanAlone, overrides, isQuiet },
      leftovers: own === undefined ? [] : [own],
    })
    return new Lab(asterisk, flows, settings)
  }

  /**
   * Starts an instance without waiting for anything.
   * @param through a command that runs the one behind it
   */
  launch(settings: Settings = {}, through?: readonly string[]): RunningDoorman {
    const own = { ...settingsFor(this.asterisk), DOORMAN_FLOWS: this.flows, ...this.settings }
    const doorman = launchDoorman({ ...own, ...settings }, through)
    this.#instances.push(doorman)
    return doorman
  }

  /** Starts an instance, and resolves when it is connected and can be asked. */
  async startDoorman(settings: Settings = {}): Promise<RunningDoorman> {
    const doorman = this.launch(settings)
    await doorman.connected()
    await doorman.line('control server', ({ event }) => event === 'control' || event === 'control_problem')
    return doorman
  }

  /** Stops all instances, also those that are stopped by SIGSTOP. */
  async stopDoorman(): Promise<void> {
    for (const doorman of this.#instances.splice(0)) {
      doorman.signal('SIGCONT')
      await doorman.stop()
    }
  }

  /** Writes a flow file as a careful editor does: whole, under its name in one step. */
  put(name: string, text: string): void {
    const beside = join(this.flows, `.${name}.new`)
    writeFileSync(beside, text)
    renameSync(beside, join(this.flows, name))
  }

  async stop(): Promise<void> {
    await this.stopDoorman()
    await this.asterisk.stop()
  }
}
