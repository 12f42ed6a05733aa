import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { onDisk } from '../support/small-disk.js'
import { allRouted, type Fault, hook, type Judge } from './fault.js'
import type { Fixture } from './fixture.js'

/** Enough for the files of a fresh Doorman and a few seconds of its log. */
const DISK_BYTES = 8 * 1_048_576
const FILE = 'doorman.db'

const fileOf = (fixture: Fixture) => join(fixture.data(), FILE)

/** What happens to the disk and to the database on it. No caller may notice. */
export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: 'disk full',
    what: 'The disk of log and data is full for five seconds; while it is, a changed revision is to be loaded.',
    surroundings: { through: onDiskWithLog, isLogInFile: true },
    async act(fixture) {
      const disk = `/proc/${fixture.doorman().pid}/root${fixture.data()}`
      const logged = () => statSync(join(disk, 'doorman.log')).size
      const empty = fill(disk)
      await sleep(1_000)
      appendFileSync(join(fixture.flows, 'routing.yaml'), '# changed while the disk is full\n')
      fixture.doorman().signal('SIGHUP')
      await sleep(4_000)
      empty()
      const before = logged()
      await sleep(1_500)
      if (logged() === before) throw new Error('the log did not go on when there was room again')
    },
    judge: allRouted,
  },
  {
    name: 'database slow',
    what: 'Each statement of the database takes 300 ms more.',
    isOn22Only: true,
    surroundings: { settings: hook('slow-database') },
    act: () => sleep(6_000),
    judge: allRouted,
  },
  {
    name: 'database read-only',
    what: 'The data folder is on a read-only disk from the start.',
    isOn22Only: true,
    surroundings: { through: (data) => onDisk('ro', data) },
    act: () => sleep(4_000),
    judge: allRouted,
  },
  {
    name: 'database locked',
    what: 'Another process holds the write lock of the database for six seconds.',
    isOn22Only: true,
    async act(fixture) {
      const database = new DatabaseSync(fileOf(fixture), { timeout: 5_000 })
      database.exec('BEGIN EXCLUSIVE')
      await sleep(6_000)
      database.exec('ROLLBACK')
      database.close()
    },
    judge: allRouted,
  },
  damage('truncated', 'Half of the database file is cut off while it is open', (file) => {
    truncateSync(file, Math.floor(statSync(file).size / 2))
  }),
  damage(
    'flipped',
    'The second half of the database file is overwritten with ones while it is open',
    (file) => {
      const { size } = statSync(file)
      const handle = openSync(file, 'r+')
      writeSync(handle, Buffer.alloc(Math.ceil(size / 2), 0xff), 0, undefined, Math.floor(size / 2))
      closeSync(handle)
    },
  ),
  damage('deleted', 'The database file and its journal are deleted while they are open', (file) => {
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
  }),
]

/** A file is damaged while calls come; afterwards Doorman is restarted on it, and decides by the flows folder. */
function damage(how: string, what: string, act: (file: string) => void): Fault {
  return {
    name: `database ${how}`,
    what: `${what}; after the load Doorman is restarted on it.`,
    isOn22Only: true,
    async act(fixture) {
      const file = fileOf(fixture)
      checkpoint(file)
      act(file)
      await sleep(4_000)
    },
    judge: async (counts, fixture) => [
      ...allRouted(counts, fixture),
      ...(await startsAgain(counts, fixture)),
    ],
  }
}

/** Moves what the journal holds into the database file, where damage counts. */
function checkpoint(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

const startsAgain: Judge = async (_counts, fixture) => {
  await fixture.doorman().stop()
  await fixture.start()
  const isRouted = await fixture.routesAgain()
  const names = readdirSync(fixture.data())
  return [
    ...(isRouted === undefined ? ['After a restart on the damaged file no good call was routed'] : []),
    ...(fixture.lines.some(({ event = '' }) => event.startsWith('store_'))
      ? []
      : ['The log does not tell of the damage']),
    ...(names.includes(FILE) ? [] : [`After the restart there is no new ${FILE} (${names.join(', ')})`]),
  ]
}

/** The log is on the small disk, too. */
function onDiskWithLog(data: string): readonly string[] {
  return [...onDisk(`size=${DISK_BYTES}`, data), 'sh', '-c', 'exec "$@" >>"$0"', `${data}/doorman.log`]
}

const CHUNK = Buffer.alloc(4_096)

/** Fills a disk to the last byte; returns what empties it again. */
function fill(disk: string): () => void {
  const filler = `${disk}/filler`
  const file = openSync(filler, 'w')
  try {
    // The last of them writes less than a chunk, or throws ENOSPC.
    while (writeSync(file, CHUNK) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
  return () => rmSync(filler, { force: true })
}
