import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readConfig } from '../../src/asterisk/config.js'
import {
  applyPlan,
  applyUndo,
  configSource,
  readManifest,
  realSteps,
  type Steps,
} from '../../src/setup/changes.js'
import { ASTERISK_FILES } from '../../src/setup/inspect.js'
import { stillConnected } from '../../src/setup/plan.js'
import { projectFolder } from '../flows/project-folder.js'
import { parseArchive } from './archive.js'
import { Machine } from './machine.js'

const golden = parseArchive(readFileSync(projectFolder('test/golden/setup/switched-off.txt'), 'utf8'))
const CONFIGURATION = Object.fromEntries(
  Object.entries(golden).flatMap(([name, content]) =>
    name.startsWith('before/') ? [[name.slice('before/'.length), content]] : [],
  ),
)

/** What a process does that is killed after so many steps: nothing, for ever, and no code that tidies up runs. */
function dying(most: number): { readonly steps: Steps; readonly killed: Promise<true> } {
  const { promise: killed, resolve } = Promise.withResolvers<true>()
  let made = 0
  const step =
    <Args extends readonly unknown[]>(make: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      if (made === most) {
        resolve(true)
        await new Promise(() => undefined)
      }
      await make(...args)
      made += 1
    }
  return {
    killed,
    steps: {
      makeFolder: step(realSteps.makeFolder),
      write: step(realSteps.write),
      removeFile: step(realSteps.removeFile),
      removeFolder: step(realSteps.removeFolder),
    },
  }
}

/** What Asterisk would say of the files at a restart. */
function faults(machine: Machine): readonly string[] {
  return ASTERISK_FILES.flatMap((file) => readConfig(file, configSource(machine.etc, [])).faults)
}

async function interruptEach(
  prepare: () => Promise<Machine>,
  work: (machine: Machine, steps: Steps) => Promise<void>,
  check: (machine: Machine, steps: number) => Promise<void>,
): Promise<number> {
  for (let steps = 0; ; steps++) {
    const machine = await prepare()
    const process = dying(steps)
    const isKilled = await Promise.race([work(machine, process.steps), process.killed])
    await check(machine, steps)
    if (!isKilled) return steps
  }
}

describe('a process that is killed between two steps', () => {
  test('of a setup leaves files that Asterisk can read, and both a second run and an undo work', async () => {
    const original = new Machine(CONFIGURATION).snapshot()
    const steps = await interruptEach(
      async () => new Machine(CONFIGURATION),
      async (machine, steps) => applyPlan((await machine.prepare()).plan, machine.doorman, steps),
      async (machine, steps) => {
        expect([steps, faults(machine)]).toEqual([steps, []])
        await machine.trying(async () => {
          await machine.undo()
          expect([steps, machine.files()]).toEqual([steps, CONFIGURATION])
        })
        await machine.setUp()
        expect((await machine.prepare()).plan.changes).toEqual([])
        await machine.undo()
        expect(without(machine.snapshot(), 'doorman')).toEqual(without(original, 'doorman'))
      },
    )
    expect(steps).toBeGreaterThan(10)
  })

  test('of an undo leaves files that Asterisk can read, and a second undo and a setup work', async () => {
    const steps = await interruptEach(
      async () => {
        const machine = new Machine(CONFIGURATION)
        await machine.setUp()
        return machine
      },
      async (machine, steps) => {
        const undo = await machine.planUndo()
        await applyUndo(undo.steps, await readManifest(machine.doorman), machine.doorman, steps)
      },
      async (machine, steps) => {
        expect([steps, faults(machine)]).toEqual([steps, []])
        await machine.undo()
        expect([steps, machine.files()]).toEqual([steps, CONFIGURATION])
        await machine.setUp()
        expect((await machine.prepare()).plan.changes).toEqual([])
      },
    )
    expect(steps).toBeGreaterThan(10)
  })

  test('in the middle of a file leaves only a file beside it, which the next run removes', async () => {
    const machine = new Machine(CONFIGURATION)
    writeFileSync(join(machine.etc, '.ari.conf.0123abcd'), '[general]\nena')
    await machine.setUp()
    expect(Object.keys(machine.files())).not.toContain('.ari.conf.0123abcd')
    writeFileSync(join(machine.etc, '.ari_doorman.conf.0123abcd'), '[door')
    await machine.undo()
    expect(machine.files()).toEqual(CONFIGURATION)
  })
})

describe('an undo', () => {
  test('takes only its own lines out of a file that has changed since, and leaves other files that have', async () => {
    const machine = new Machine(CONFIGURATION)
    await machine.setUp()
    const append = (path: string, text: string) => writeFileSync(path, readFileSync(path, 'utf8') + text)
    append(join(machine.etc, 'extensions.conf'), '[new]\nexten => s,1,Hangup()\n')
    append(join(machine.doorman, 'flows/routing.yaml'), '# mine\n')
    append(join(machine.etc, 'extensions_doorman.conf'), '; written again\n')
    const { kept } = await machine.undo()
    expect(kept).toEqual([join(machine.doorman, 'flows/routing.yaml')])
    const { 'extensions.conf': extensions = '', ...others } = CONFIGURATION
    expect(machine.files()).toEqual({
      ...others,
      'extensions.conf': `${extensions}[new]\nexten => s,1,Hangup()\n`,
    })
  })

  test('keeps what an admin has changed before a second setup', async () => {
    const machine = new Machine(CONFIGURATION)
    await machine.setUp()
    // FreePBX, or an admin with an older copy, writes the file anew.
    const changed = '[general]\nenabled = yes\n[wallboard]\ntype = user\npassword = theirs\n'
    writeFileSync(join(machine.etc, 'ari.conf'), changed)
    await machine.setUp()
    await machine.undo()
    expect(machine.files()).toEqual({ ...CONFIGURATION, 'ari.conf': changed })
  })

  test('removes the generated dialplan also where it was written again between two setups', async () => {
    const machine = new Machine(CONFIGURATION)
    await machine.setUp()
    writeFileSync(join(machine.etc, 'extensions_doorman.conf'), '; by "doorman dialplan --write"\n')
    await machine.setUp()
    await machine.undo()
    expect(machine.files()).toEqual(CONFIGURATION)
  })

  test.each([
    [
      'a trunk',
      'pjsip.conf',
      'context = from-trunk',
      'context = from-doorman-trunk',
      'has context = from-doorman-trunk. Set it back to from-trunk.',
    ],
    [
      'a line of the dialplan',
      'extensions.conf',
      'Dial(PJSIP/1001)',
      'Goto(doorman,,1)',
      '[from-trunk] sends calls to Doorman. Remove this line.',
    ],
    [
      'a Local channel',
      'extensions.conf',
      'Dial(PJSIP/1001)',
      'Dial(Local/1@from-doorman-trunk)',
      '[from-trunk] sends calls to Doorman. Remove this line.',
    ],
  ])('is refused while %s leads to Doorman', async (_what, file, from, to, said) => {
    const machine = new Machine(CONFIGURATION)
    await machine.setUp()
    expect(stillConnected(await machine.inspect())).toEqual([])
    const path = join(machine.etc, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    expect(stillConnected(await machine.inspect())).toEqual([expect.stringContaining(said)])
  })

  test('finds nothing to do where there was no setup, or an undo before', async () => {
    const machine = new Machine(CONFIGURATION)
    expect((await machine.planUndo()).steps).toEqual([])
    mkdirSync(machine.doorman)
    await machine.setUp()
    await machine.undo()
    expect((await machine.planUndo()).steps).toEqual([])
  })
})

function without<T>(record: Readonly<Record<string, T>>, prefix: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith(prefix)))
}
