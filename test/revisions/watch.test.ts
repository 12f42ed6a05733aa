import {
  appendFileSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { FolderWatch, type WatchOptions } from '../../src/revisions/watch.js'
import { inDataFolder } from '../store/open-store.js'
import { until } from '../support/until.js'

/** A tenth of the real times: a poll takes 25 ms, YAML settles in 50, numbers in 300. */
const FAST = { pollMs: 25, settleMs: 50, settleNumbersMs: 300 }

interface Watched {
  readonly watch: FolderWatch
  readonly root: string
  /** `flows` in the root: `routing.yaml` and `vips.csv`, unless it was prepared otherwise. */
  readonly flows: string
  /** The time of each announcement. */
  readonly changes: readonly number[]
  readonly failures: readonly string[]
}

/** A folder that is watched. */
async function watched(
  use: (at: Watched) => Promise<void>,
  prepare: (root: string) => void = (root) => fill(join(root, 'flows')),
  options: Partial<WatchOptions> = {},
): Promise<void> {
  await inDataFolder(async (root) => {
    prepare(root)
    const [changes, failures]: [number[], string[]] = [[], []]
    const flows = join(root, 'flows')
    const failed = (reason: string) => void failures.push(reason)
    const watch = await FolderWatch.open({ folder: flows, failed, ...FAST, ...options })
    watch.begin(() => changes.push(performance.now()))
    await use({ flows, root, changes, failures, watch }).finally(() => watch.stop())
  })
}

function fill(folder: string, text = 'otherwise: main\n'): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'routing.yaml'), text)
  writeFileSync(join(folder, 'vips.csv'), '+15551234567\n')
}

// Each has a folder of its own, and mostly waits.
describe('watching the flows folder', () => {
  test.concurrent('announces a saved file once, and nothing where nothing changes', () =>
    watched(async ({ flows, changes }) => {
      await sleep(200)
      expect(changes).toEqual([])
      writeFileSync(join(flows, 'routing.yaml'), 'otherwise: sales\n')
      await until(() => changes.length > 0, 'the change')
      await sleep(200)
      expect(changes).toHaveLength(1)
    }))

  const replacements: readonly (readonly [string, (flows: string, other: string) => Promise<void>])[] = [
    [
      'rm -rf and cp -r',
      async (flows, other) => {
        rmSync(flows, { recursive: true })
        cpSync(other, flows, { recursive: true })
      },
    ],
    [
      'mv of another folder',
      async (flows, other) => {
        renameSync(flows, `${flows}-old`)
        renameSync(other, flows)
      },
    ],
    [
      'removing it, and making it again much later',
      async (flows) => {
        rmSync(flows, { recursive: true })
        await sleep(300)
        fill(flows, 'otherwise: sales\n')
      },
    ],
  ]

  test.concurrent.each(replacements)('goes on after %s', (_what, replace) =>
    watched(async ({ flows, root, changes, failures }) => {
      fill(join(root, 'other'), 'otherwise: sales\n')
      await replace(flows, join(root, 'other'))
      await until(() => changes.length > 0, 'the replacement')
      await sleep(500)
      const before = changes.length
      writeFileSync(join(flows, 'routing.yaml'), 'otherwise: back\n')
      await until(() => changes.length > before, 'a change in the new folder')
      expect(failures).toEqual([])
    }),
  )

  /** Lets a symbolic link lead elsewhere, in one step. */
  function switchLink(link: string, target: string): void {
    symlinkSync(target, `${link}-next`)
    renameSync(`${link}-next`, link)
  }

  test.concurrent('goes on when the folder is a symbolic link that is switched', () => {
    const prepare = (root: string) => {
      fill(join(root, 'one'))
      symlinkSync('one', join(root, 'flows'))
    }
    return watched(async ({ flows, root, changes }) => {
      for (const name of ['two', 'three']) {
        const before = changes.length
        fill(join(root, name), `otherwise: ${name}\n`)
        switchLink(flows, name)
        await until(() => changes.length > before, `the switch to ${name}`)
      }
      const before = changes.length
      writeFileSync(join(root, 'three', 'routing.yaml'), 'otherwise: changed\n')
      await until(() => changes.length > before, 'a change behind the link')
    }, prepare)
  })

  test.concurrent('sees a ConfigMap, whose files are links into a folder that is switched', () => {
    const prepare = (root: string) => {
      fill(join(root, 'flows', '..1'))
      symlinkSync('..1', join(root, 'flows', '..data'))
      for (const name of ['routing.yaml', 'vips.csv'])
        symlinkSync(join('..data', name), join(root, 'flows', name))
    }
    return watched(async ({ flows, changes }) => {
      fill(join(flows, '..2'), 'otherwise: sales\n')
      switchLink(join(flows, '..data'), '..2')
      await until(() => changes.length > 0, 'the new version')
    }, prepare)
  })

  test.concurrent('does not take a list of numbers by half that is written with pauses', () =>
    watched(async ({ flows, changes }) => {
      for (let i = 0; i < 3; i++) {
        appendFileSync(join(flows, 'vips.csv'), `+1555000000${i}\n`)
        await sleep(100)
      }
      expect(changes).toEqual([])
      const last = performance.now() - 100
      await until(() => changes.length > 0, 'the whole list')
      expect((changes[0] ?? 0) - last).toBeGreaterThan(280)
    }))

  test.concurrent('waits for the list of numbers also where the rules were saved meanwhile', () =>
    watched(async ({ flows, changes }) => {
      appendFileSync(join(flows, 'vips.csv'), '+1555')
      writeFileSync(join(flows, 'routing.yaml'), 'otherwise: sales\n')
      await sleep(150)
      expect(changes).toEqual([])
      await until(() => changes.length > 0, 'both')
    }))

  test.concurrent('sees a list that lies in another folder, behind a link', () => {
    const prepare = (root: string) => {
      fill(join(root, 'flows'))
      mkdirSync(join(root, 'lists'))
      symlinkSync('../lists', join(root, 'flows', 'lists'))
    }
    const addList = async ({ root, changes }: Watched) => {
      writeFileSync(join(root, 'lists', 'gold.csv'), '+15550000001\n')
      await until(() => changes.length > 0, 'the list')
    }
    return watched(addList, prepare, { used: () => ['lists/gold.csv', 'vips.csv'] })
  })

  test.concurrent('does not follow a link to the whole disk', () =>
    watched(async ({ flows, changes, failures }) => {
      symlinkSync('/', join(flows, 'disk'))
      await until(() => changes.length > 0, 'the link')
      await sleep(400)
      expect([changes.length, failures]).toEqual([1, []])
      unlinkSync(join(flows, 'disk'))
    }))

  test.concurrent('says once that the folder cannot be read', () =>
    watched(async ({ flows, failures }) => {
      rmSync(flows, { recursive: true })
      symlinkSync('flows', flows)
      await until(() => failures.length > 0, 'the failure')
      await sleep(200)
      expect(failures).toEqual([expect.stringContaining('ELOOP')])
    }))
})
