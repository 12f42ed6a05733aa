import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { dialplan } from '../../src/asterisk/dialplan/dialplan.js'
import { TIME_LIMIT_S } from '../../src/asterisk/dialplan/dialplan-entry.js'
import { FALLBACK_PLACE, HAND_OVER_CONTEXT } from '../../src/asterisk/dialplan/hand-over.js'
import { dialplanOf } from '../../src/call/dialplan-of.js'
import { compile } from '../../src/flows/compile.js'
import { projectFolder } from '../flows/project-folder.js'

const options = {
  applications: { names: ['front-desk'] },
  briefing: undefined,
  listing: undefined,
  listsHeaders: false,
  fallbackFlow: 'support',
  fallback: { context: 'general-support', extension: 's', priority: 1 },
}

/** The lines of each context that are no comment and not empty. */
function contextsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const contexts = new Map<string, string[]>()
  let current = ''
  for (const line of text.split('\n')) {
    const name = /^\[(.+)\]$/.exec(line)?.[1]
    current = name ?? current
    if (name !== undefined) contexts.set(name, [])
    else if (line !== '' && !line.startsWith(';')) contexts.get(current)?.push(line.trim())
  }
  return contexts
}

const contexts = contextsOf(dialplan(options))
const linesOf = (context: string) => contexts.get(context) ?? []

describe('the generated dialplan', () => {
  test('has the three contexts that calls go through, and no others', () => {
    expect([...contexts.keys()]).toEqual(['doorman', HAND_OVER_CONTEXT, FALLBACK_PLACE.context])
  })

  test.each(['doorman', 'doorman-go', 'doorman-fallback'])(
    'gets out of %s when its time limit is up',
    (context) => {
      expect(linesOf(context)).toContain('exten => T,1,Goto(doorman-fallback,s,1)')
    },
  )

  test('sets the time limit before Stasis and has the fallback after it', () => {
    const lines = linesOf('doorman')
    const stasis = lines.indexOf('same => n,Stasis(front-desk)')
    expect(lines[stasis - 1]).toContain(
      'n,MSet(DOORMAN_DIALLED=${EXTEN},DOORMAN_TIME_LIMIT=${TIMEOUT(absolute)},',
    )
    expect(lines[stasis - 1]).toContain(`,TIMEOUT(absolute)=${TIME_LIMIT_S})`)
    expect(lines[stasis + 1]).toBe('same => n,Goto(doorman-fallback,s,1)')
  })

  test('takes numbers, and names of two letters or more: h, i, s and t are extensions of Asterisk itself', () => {
    const extensions = linesOf('doorman').flatMap((line) => /^exten => (.+?),1,/.exec(line)?.[1] ?? [])
    expect(extensions).toEqual(['_[+*#0-9]!', '_[A-Za-z].', 's', 'T'])
  })

  test('lets only clean extensions into Stasis', () => {
    const checks = linesOf('doorman').filter((line) => line.includes('FILTER('))
    expect(checks).toHaveLength(2)
    expect(checks[0]).toMatch(
      /,1,GotoIf\(\$\{LEN\(\$\{FILTER\([^,]*,\$\{EXTEN\}\)\}\)\}\?doorman-fallback,s,1\)$/,
    )
  })

  test('counts the characters that are not clean, and no others', () => {
    const set = /FILTER\(([^,]*),/.exec(linesOf('doorman').join('\n'))?.[1] ?? ''
    const ranges = [...set.matchAll(/\\x([0-9a-f]{2})(?:-\\x([0-9a-f]{2}))?/g)].map(
      ([, from = '', to = from]) => [Number.parseInt(from, 16), Number.parseInt(to, 16)],
    )
    for (let byte = 1; byte < 256; byte++) {
      const isCounted = ranges.some(([from = 0, to = 0]) => byte >= from && byte <= to)
      expect([byte, isCounted]).toEqual([byte, !/[0-9A-Za-z+*#._-]/.test(String.fromCharCode(byte))])
    }
  })

  test('gives the time limit back before it does anything else with a call that left', () => {
    for (const context of ['doorman-go', 'doorman-fallback']) {
      expect(linesOf(context)[0]).toContain(',1,Set(TIMEOUT(absolute)=0${DOORMAN_TIME_LIMIT})')
    }
  })

  test('waits for the token a whole millisecond at a time: of 0.001 seconds Wait makes none', () => {
    const waits = linesOf('doorman-go').filter((line) => line.includes(',Wait('))
    expect(waits).toEqual(['same => n,Wait(${IF($[${DOORMAN_WAITS} > 10]?0.02:0.0015)})'])
  })

  test('goes to a flow only where the dialplan has it', () => {
    expect(linesOf('doorman-go')).toContain('same => n,GotoIf(${DIALPLAN_EXISTS(${EXTEN:1})}?${EXTEN:1})')
    expect(linesOf('doorman-fallback')).toContain(
      'same => n,GotoIf(${DIALPLAN_EXISTS(general-support,s,1)}?general-support,s,1)',
    )
  })

  test('says on the call that it is a fallback, for the channels of a Dial too', () => {
    expect(linesOf('doorman-fallback')).toContain('same => n,Set(__DOORMAN_FLOW=support)')
    expect(linesOf('doorman-fallback')).toContain('same => n,Set(__DOORMAN_RULE=fallback)')
  })

  test('keeps the number that was dialled for a fallback that wants it, or s where that was not clean', () => {
    const text = dialplan({ ...options, fallback: { ...options.fallback, extension: 'dialled' } })
    const extension = '${IF($["${DOORMAN_DIALLED}" = ""]?s:${DOORMAN_DIALLED})}'
    expect(text).toContain(`DIALPLAN_EXISTS(general-support,${extension},1)`)
  })

  test('has no carriage return, no line that Asterisk cuts, and no ; but for a comment', () => {
    const text = dialplan(options)
    expect(text).not.toMatch(/\r/)
    expect(text.split('\n').filter((line) => line.length > 8_000)).toEqual([])
    expect([...contexts.values()].flat().filter((line) => line.includes(';'))).toEqual([])
  })

  test('closes every bracket that it opens', () => {
    for (const line of [...contexts.values()].flat().filter((each) => !each.includes('_['))) {
      for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair])) {
        expect([line, line.split(open ?? '').length]).toEqual([line, line.split(close ?? '').length])
      }
    }
  })
})

describe('asterisk-conf/extensions_doorman.conf', () => {
  let generated = ''
  beforeAll(async () => {
    const compiled = await compile(projectFolder('flows'))
    if (!compiled.ok) throw new Error('flows/ has problems')
    generated = dialplanOf({ names: ['doorman'] }, compiled.revision)
  })

  test('is what "doorman dialplan" prints for flows/: write it again where this fails', () => {
    expect(readFileSync(projectFolder('asterisk-conf/extensions_doorman.conf'), 'utf8')).toBe(generated)
  })

  test('is included by the sample extensions.conf', () => {
    expect(readFileSync(projectFolder('asterisk-conf/extensions.conf'), 'utf8')).toContain(
      '\n#tryinclude "extensions_doorman.conf"\n',
    )
  })
})
