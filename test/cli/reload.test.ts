import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openControl } from '../../src/control/server.js'
import type { ReloadResult, WaitingCandidate } from '../../src/revisions/candidate.js'
import { readSettings, SETTING_NAMES } from '../../src/settings/index.js'
import type { RenderReport } from '../../src/speech/greetings.js'
import { KeptLog } from '../asterisk/kept-log.js'
import { noControl } from '../control/no-control.js'
import { filesOf, newRevision, withStore } from '../store/open-store.js'
import { flowFolder } from '../support/flow-folder.js'
import { doorman } from './command.js'

const ROUTING = 'flows: { main: { context: main } }\notherwise: main\n'
const TAKEN: ReloadResult = {
  ...{ ok: true, changed: true, number: 2, revision: 'abc', changes: [], warnings: [], replay: null },
  rollbackOf: null,
}
const NO_GREETINGS: RenderReport = {
  ...{ texts: 0, fresh: 0, rendered: 0, failed: 0, left: 0, done: true, ms: 0, problem: '' },
}
const KEPT = 'It stays, also over restarts, until the flows folder is loaded again.'

/** The requests that a running Doorman got. */
let asked: unknown[] = []
let candidate: WaitingCandidate | undefined
/** How far greetings are rendered, each time that it is asked. */
let rendering: RenderReport[] = []
const take = async (request: unknown) => {
  asked.push(request)
  return TAKEN
}
const control = noControl({
  ...{ reload: take, candidate: () => candidate },
  rollback: async (request) => ({ ...(await take(request)), rollbackOf: 1 }),
  rendered: async () => rendering.shift() ?? NO_GREETINGS,
})

const live = flowFolder({ 'routing.yaml': ROUTING })
const data = flowFolder({})
let server: Awaited<ReturnType<typeof openControl>>
beforeAll(async () => {
  const env = { DOORMAN_FLOWS: live.path, DOORMAN_DATA: data.path, DOORMAN_CONTROL_PORT: '0' }
  server = await openControl(readSettings({ env, optional: SETTING_NAMES }), control, new KeptLog())
})
afterAll(async () => {
  await server.stop()
  live.remove()
  data.remove()
})

function run(...args: readonly string[]) {
  asked = []
  return doorman(args, { DOORMAN_DATA: data.path, DOORMAN_FLOWS: '/not/that/of/the/instance' })
}

/** Runs `doorman reload --flows` with a draft of these files. */
async function runDraft(
  files: Readonly<Record<string, string>>,
  change: (folder: string) => void = () => undefined,
) {
  const draft = flowFolder({ 'routing.yaml': ROUTING, ...files })
  try {
    change(draft.path)
    return await run('reload', '--flows', draft.path, '--max-change', '100%')
  } finally {
    draft.remove()
  }
}

describe('doorman reload', () => {
  test('sends no files; the running Doorman knows its folder', async () => {
    const out = 'Revision 2 (abc) is active:\n'
    expect(await run('reload', '--max-change', '1%')).toEqual({ exit: 0, out, err: '' })
    expect(asked).toEqual([{ way: 'command', by: expect.any(String), maxChange: 0.01 }])
  })

  test('asks for the same, wherever the data folder was given', async () => {
    for (const command of ['reload', 'rollback']) {
      const at = ['--data', data.path, '--allow-missing-contexts']
      expect(await doorman([command, ...at])).toMatchObject({ exit: 0 })
      expect(asked.at(-1)).toMatchObject({ allowMissingContexts: true })
    }
  })

  test('says how many greetings are rendered, and with --wait when they are', async () => {
    const asking = { ...NO_GREETINGS, texts: 1_200, fresh: 34, done: false, ms: 3_400 }
    rendering = [asking]
    expect((await run('reload')).out).toBe(
      'Revision 2 (abc) is active:\n1,200 greetings, 34 of them new, being rendered beside the calls, in about 3 seconds.\n',
    )
    rendering = [
      asking,
      asking,
      { ...asking, rendered: 32, failed: 2, done: true, problem: 'flite: no answer' },
    ]
    expect((await run('reload', '--wait')).out).toBe(
      'Revision 2 (abc) is active:\n1,200 greetings, 34 of them new, rendered in 3 seconds; 2 failed: flite: no answer.\n',
    )
    expect(rendering).toEqual([])
  })

  test('--flows uploads the files that a draft uses', async () => {
    const numbers = 'number,name\n+15551234567,Jürgen\n'
    const routing = `${ROUTING}vip: { files: [lists/vips.csv] }\n`
    const files = { 'routing.yaml': routing, 'lists/vips.csv': numbers, 'notes.txt': 'mine' }
    expect(await runDraft(files)).toMatchObject({ exit: 0, out: expect.stringContaining(KEPT) })
    const sent = new Map([
      ['routing.yaml', routing],
      ['lists/vips.csv', numbers],
    ])
    expect(asked).toEqual([{ way: 'command', by: expect.any(String), maxChange: 1, files: sent }])
  })

  test('--flows of the flows folder itself, or a link to it, is a reload like any other', async () => {
    const link = join(data.path, 'link')
    symlinkSync(live.path, link)
    for (const folder of [live.path, `${live.path}/../${live.path.split('/').at(-1)}`, link]) {
      expect((await run('reload', '--flows', folder)).out).not.toContain(KEPT)
      expect(asked).toEqual([{ way: 'command', by: expect.any(String) }])
    }
    rmSync(link)
  })

  test('shows the problems of a draft and sends nothing', async () => {
    const { exit, out } = await runDraft({
      'routing.yaml': ROUTING.replace('otherwise: main', 'otherwise: mian'),
    })
    expect([exit, out]).toEqual([1, expect.stringMatching(/^Refused: .*\nrouting\.yaml:2:12: /)])
    expect(asked).toEqual([])
  })

  const vips = {
    'routing.yaml': `${ROUTING}vip: { files: [lists/vips.csv] }\n`,
    'lists/vips.csv': '+15551234567\n',
  }

  test.each([
    [
      'a link',
      vips,
      (folder: string) => {
        rmSync(join(folder, 'lists/vips.csv'))
        symlinkSync('/etc/hostname', join(folder, 'lists/vips.csv'))
      },
      'is a symbolic link; put a copy of the file there.',
    ],
    [
      'a folder behind a link',
      vips,
      (folder: string) => {
        rmSync(join(folder, 'lists'), { recursive: true })
        symlinkSync(live.path, join(folder, 'lists'))
        writeFileSync(join(live.path, 'vips.csv'), '+15551234567\n')
      },
      'is a symbolic link; put a copy of the file there.',
    ],
    [
      'more than 10 MB',
      { ...vips, 'lists/vips.csv': '+15551234567\n'.repeat(900_000) },
      () => undefined,
      'a draft may have 10 MB, and this one has 11.2 MB; put it into the flows folder instead.',
    ],
  ])('refuses a draft with %s', async (_what, files, change, why) => {
    const { exit, err } = await runDraft(files, change)
    expect([exit, err]).toEqual([
      1,
      expect.stringMatching(/^error\[draft\]: The draft .* cannot be uploaded: /),
    ])
    expect(err).toContain(why)
    expect(asked).toEqual([])
  })
})

describe('doorman rollback', () => {
  test.each([
    [[], undefined],
    [['--to', '3'], 3],
  ])('%j asks for %j', async (args, to) => {
    const out = `Revision 2 (abc), which is revision 1 again, is active:\n${KEPT}\nThe files there are as they were: correct them before that.\n`
    expect(await run('rollback', ...args)).toMatchObject({ exit: 0, out })
    expect(asked).toEqual([{ ...(to === undefined ? {} : { to }), by: expect.any(String) }])
  })

  test('wants a number', async () => {
    expect(await run('rollback', '--to', 'yesterday')).toMatchObject({ exit: 2 })
  })
})

describe('doorman revisions', () => {
  const problem = { file: 'routing.yaml', line: 3, column: 1, code: 'reload.max_change', message: 'no' }
  const at = new Date(Date.now() - 150_000).toISOString()
  const waiting = { at, revision: 'def', problems: [], warnings: [], changes: [], replay: null }

  test('says that changed flow files wait, and what a reload makes of them', async () => {
    await withStore(data.path, (store) =>
      store.addRevision(newRevision('abc'), filesOf({ 'routing.yaml': ROUTING })),
    )
    candidate = undefined
    expect((await run('revisions')).out).not.toContain('The flows folder')
    const text = 'rule "All": goto one → two'
    candidate = { ...waiting, changes: [{ part: 'rule', kind: 'changed', name: 'All', text }] }
    const said = (await run('revisions')).out
    expect(said).toMatch(
      /\n\nThe flows folder has changed \(2 min ago\), and waits for a reload:\n {2}rule "All": goto/,
    )
    candidate = { ...waiting, problems: [problem] }
    expect((await run('revisions')).out).toContain(
      `and a reload refuses it:\n  routing.yaml:3:1: no [${problem.code}]\n`,
    )
    expect(JSON.parse((await run('revisions', '--json')).out)).toMatchObject({
      revisions: [{ number: 1 }],
      candidate,
    })
  })
})
