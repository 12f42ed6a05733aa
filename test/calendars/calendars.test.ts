import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Calendars, storeCalendar, storedCopies } from '../../src/calendars/calendars.js'
import { type Hours, stateAt, withCopies } from '../../src/hours/hours.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { hoursOf } from '../routing/support/make.js'
import { until } from '../support/until.js'

const CHRISTMAS = Date.parse('2026-12-25T12:00:00Z')

function calendar(date: string): string {
  const event = ['BEGIN:VEVENT', `DTSTART;VALUE=DATE:${date}`, 'SUMMARY:Christmas', 'END:VEVENT']
  return ['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR', ''].join('\r\n')
}

interface Answer {
  readonly status: number
  readonly text?: string
}

let folder: string
let server: http.Server
let url: string
/** What the server answers; undefined for nothing at all. */
let answer: Answer | undefined
let requests: http.IncomingHttpHeaders[] = []
let log = new KeptLog()
const lines = () => log.lines.map(({ message }) => message)
const running: Calendars[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-calendars-'))
  answer = { status: 200, text: calendar('20261225') }
  requests = []
  log = new KeptLog()
  server = http.createServer(({ headers }, response) => {
    requests.push(headers)
    if (answer === undefined) return
    const { status, text } = answer
    response.writeHead(status).end(text)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/private/holidays.ics`
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()))
  server.close().closeAllConnections()
  rmSync(folder, { recursive: true, force: true })
})

/** Open at all times but for the calendar. */
function office(every = 20): Hours {
  const refresh = { every, maxAge: 3_600_000 }
  return hoursOf('office', '00:00-24:00', { calendars: [{ location: url, refresh, calendar: undefined }] })
}

async function started(hours: readonly Hours[]): Promise<Calendars> {
  const calendars = new Calendars({ folder, log, firstRetryMs: 20 })
  running.push(calendars)
  await calendars.use(hours)
  return calendars
}

const stateOf = (calendars: Pick<Calendars, 'copies'>) =>
  stateAt(withCopies(office(), calendars.copies), CHRISTMAS)
const version = (calendars: Calendars) => calendars.copies.get(url)?.version

describe('a calendar at a URL', () => {
  test('makes hours unknown until it was loaded once, and then decides', async () => {
    const calendars = await started([office()])
    expect(stateOf({ copies: new Map() })).toEqual({
      open: null,
      why: `the calendar 127.0.0.1:${new URL(url).port}/…/holidays.ics was never loaded`,
    })
    await until(() => calendars.copies.size > 0)
    expect(stateOf(calendars)).toEqual({ open: false, why: 'Christmas' })
    expect(calendars.health).toEqual([
      { name: expect.stringMatching('/…/holidays.ics'), age: expect.any(Number), isUp: true },
    ])
    expect(lines()).toEqual([expect.stringMatching(/^The calendar .* is at version [0-9a-f]{12}\.$/)])
  })

  test('decides after a restart as before, whatever its server does', async () => {
    const first = await started([office(60_000)])
    await until(() => readdirSync(folder).length > 0 && readdirSync(join(folder, 'calendars')).length === 1)
    const before = version(first)
    await first.stop()
    answer = undefined
    // It resolves though the server never answers.
    const second = await started([office()])
    expect(stateOf(second)).toEqual({ open: false, why: 'Christmas' })
    expect(version(second)).toBe(before)
    const stored = await storedCopies(folder, [office()])
    expect(stateOf({ copies: stored })).toEqual({ open: false, why: 'Christmas' })
    const [file = ''] = readdirSync(join(folder, 'calendars'))
    writeFileSync(join(folder, 'calendars', file), '{"url":')
    expect((await storedCopies(folder, [office()])).size).toBe(0)
  })

  test('decides and says so once where its copy cannot be kept', async () => {
    const first = await started([office(60_000)])
    await until(
      () => existsSync(join(folder, 'calendars')) && readdirSync(join(folder, 'calendars')).length === 1,
    )
    await first.stop()
    const [file = ''] = readdirSync(join(folder, 'calendars'))
    // A folder in its place: the reason names a temporary file, another one at each try.
    rmSync(join(folder, 'calendars', file))
    mkdirSync(join(folder, 'calendars', file, 'x'), { recursive: true })
    log = new KeptLog()
    requests = []
    const calendars = await started([office()])
    await until(() => requests.length > 4)
    expect(stateOf(calendars)).toEqual({ open: false, why: 'Christmas' })
    const kept = lines().filter((line) => line.includes('cannot be kept for a restart: '))
    expect(kept).toHaveLength(1)
    expect(lines().filter((line) => line.includes('cannot be read'))).toEqual([])
  })

  test('is asked for at its new times as soon as a revision says so', async () => {
    const calendars = await started([office(3_600_000)])
    await until(() => calendars.copies.size > 0)
    await calendars.use([office()])
    await until(() => requests.length > 3)
  })

  test('is asked for again, and stays as it is where nothing changed', async () => {
    const calendars = await started([office()])
    await until(() => calendars.copies.size > 0)
    const checked = calendars.copies.get(url)?.checked ?? 0
    await until(() => (calendars.copies.get(url)?.checked ?? 0) > checked)
    expect(requests[1]).toMatchObject({ accept: 'text/calendar' })
    expect(stateOf(calendars).open).toBe(false)
    expect(lines()).toHaveLength(1)
    answer = { status: 200, text: calendar('20261226') }
    await until(() => lines().length === 2)
    expect(stateOf(calendars).open).toBe(true)
  })

  test.each<[string, Answer, string]>([
    ['an error', { status: 500 }, 'answered 500'],
    ['a redirect', { status: 302 }, 'answered 302'],
    ['something else', { status: 200, text: '<html>' }, 'line 1: this is no iCalendar file'],
    [
      'half of it',
      { status: 200, text: calendar('20261226').slice(0, 60) },
      'the calendar ends within an event',
    ],
    [
      'more than 5 MB',
      { status: 200, text: calendar('20261226').padEnd(6_000_000) },
      'more than 5242880 bytes',
    ],
  ])('changes nothing with %s, which is said once, and is tried again', async (_, wrong, message) => {
    const calendars = await started([office()])
    await until(() => calendars.copies.size > 0)
    const before = version(calendars)
    answer = wrong
    const asked = requests.length
    await until(() => requests.length > asked + 2)
    expect(version(calendars)).toBe(before)
    expect(lines().filter((line) => line.includes('cannot be read'))).toEqual([
      expect.stringMatching(new RegExp(`${message}.*Its copy goes on to decide\\.$`)),
    ])
    answer = { status: 200, text: calendar('20261225') }
    await until(() => lines().at(-1)?.includes('is at version') === true)
  })

  test('that was never loaded says so, and holds up no start', async () => {
    answer = { status: 404 }
    const calendars = await started([office()])
    await until(() => lines().length > 0)
    expect(lines()).toEqual([expect.stringMatching(/answered 404\. It was never loaded\.$/)])
    expect(calendars.health).toEqual([expect.objectContaining({ age: undefined, isUp: false })])
  })

  test('that no active revision names is fetched no more, and one that a new one names is', async () => {
    mkdirSync(join(folder, 'calendars'))
    writeFileSync(join(folder, 'calendars', 'of-long-ago'), '')
    const calendars = await started([])
    expect(readdirSync(join(folder, 'calendars'))).toEqual([])
    await calendars.use([office()])
    await until(() => requests.length > 1)
    await calendars.use([])
    // A reload may bring it back.
    expect(readdirSync(join(folder, 'calendars'))).toContainEqual(expect.stringMatching(/^[0-9a-f]{16}$/))
    await sleep(200)
    const asked = requests.length
    await sleep(200)
    expect(requests).toHaveLength(asked)
    expect(calendars.health).toEqual([])
  })

  test('is read in every zone in which hours name it', async () => {
    const berlin = { ...office(), zone: 'Asia/Kathmandu' }
    const calendars = await started([office(), berlin])
    await until(() => calendars.copies.size > 0)
    expect([...(calendars.copies.get(url)?.inZone.keys() ?? [])].sort()).toEqual(['Asia/Kathmandu', 'UTC'])
    // It decides first, and is kept then.
    await until(() => existsSync(join(folder, 'calendars')))
    expect(statSync(join(folder, 'calendars')).mode & 0o777).toBe(0o700)
  })

  test('is read in the zone of hours that come while it is read', async () => {
    await storeCalendar(folder, url, calendar('20261225'), new Date(0))
    const event = ['BEGIN:VEVENT', 'DTSTART;VALUE=DATE:20261226', 'END:VEVENT', ''].join('\r\n')
    // Takes a while to read.
    const text = `BEGIN:VCALENDAR\r\n${event.repeat(15_000)}END:VCALENDAR\r\n`
    answer = { status: 200, text }
    const calendars = await started([office(3_600_000)])
    const old = version(calendars)
    await until(() => requests.length === 1)
    await sleep(100)
    await calendars.use([office(3_600_000), { ...office(3_600_000), zone: 'Asia/Kathmandu' }])
    await until(() => version(calendars) !== old)
    expect(calendars.copies.get(url)?.inZone.size).toBe(2)
  })
})
