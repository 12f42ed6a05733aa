import { describe, expect, test } from '@jest/globals'
import { briefingOf } from '../../src/asterisk/dialplan/briefing.js'
import { dialplan, dialplanMarker } from '../../src/asterisk/dialplan/dialplan.js'
import { dialplanDifferences, dialplanSteps } from '../../src/asterisk/dialplan/dialplan-steps.js'

const options = {
  applications: { names: ['doorman'] },
  briefing: undefined,
  listing: undefined,
  listsHeaders: false,
  fallbackFlow: 'support',
  fallback: { context: 'general-support', extension: 's', priority: 1 },
}
const text = dialplan(options)
const steps = dialplanSteps(text)

describe('the steps of the generated contexts', () => {
  test('are counted as Asterisk counts them', () => {
    const stasis = steps.filter(({ application }) => application === 'Stasis')
    expect(stasis.map(({ extension, priority, data }) => [extension, priority, data])).toEqual([
      ['_[+*#0-9]!', 3, 'doorman'],
      ['_[A-Za-z].', 3, 'doorman'],
    ])
    const lines = text.split('\n').filter((line) => /^(exten =>| same =>)/.test(line))
    expect(steps).toHaveLength(lines.length)
  })

  test('are the same as what runs, whatever the order', () => {
    expect(dialplanDifferences(steps, steps.toReversed())).toEqual([])
  })

  test('are told apart from others: changed, missing and more', () => {
    const [first, second, ...rest] = steps
    if (first === undefined || second === undefined) throw new Error('There are steps.')
    const more = { ...first, extension: 'x' }
    expect(dialplanDifferences(steps, [{ ...first, data: 'else' }, more, ...rest])).toEqual([
      expect.stringMatching(/^doorman,_\[\+\*#0-9\]!,1: runs GotoIf\(else\), written is GotoIf\(/),
      expect.stringMatching(/^doorman,_\[\+\*#0-9\]!,2: runs nothing, written is MSet/),
      expect.stringMatching(/^doorman,x,1: runs GotoIf\(.*, written is nothing$/),
    ])
  })
})

/** The application at a priority of the first extension, and the Stasis() that it leads to. */
function leadsTo(priority: number, all: ReturnType<typeof dialplanSteps>): readonly (string | undefined)[] {
  const ahead = all.filter(({ extension }) => extension === '_[+*#0-9]!').slice(priority - 1)
  return [ahead[0]?.application, ahead.find(({ application }) => application === 'Stasis')?.data]
}

describe('the first step of the entry context', () => {
  const [briefing, listing] = [briefingOf(['${X}']), briefingOf(['${Y}'])]

  test.each([
    ['with headers as they are', false],
    ['with headers kept in variables', true],
  ])('leads each kind of call to its own steps, %s', (_what, listsHeaders) => {
    const all = dialplanSteps(dialplan({ ...options, briefing, listing, listsHeaders }))
    const { data = '' } = all.find(({ context, priority }) => context === 'doorman' && priority === 1) ?? {}
    const places = /\?(\d+):\$\[2 \+ (\d+) \* \(/.exec(data)
    const [others, older] = [Number(places?.[1]), Number(places?.[2])]
    expect(leadsTo(1 + 1, all)).toEqual(['MSet', `doorman,${listing?.id},\${Y},.`])
    expect(leadsTo(1 + 1 + older, all)).toEqual(['MSet', `doorman,${briefing?.id},\${X},.`])
    expect(leadsTo(others, all)).toEqual(['GotoIf', 'doorman'])
  })
})

describe('the marker of the generated contexts', () => {
  test('stands in the fallback context and leads to it', () => {
    expect(steps.at(-1)).toEqual({
      context: 'doorman-fallback',
      extension: dialplanMarker(text),
      priority: 1,
      application: 'Goto',
      data: 'doorman-fallback,s,1',
    })
  })

  test.each([
    ['the application', { ...options, applications: { names: ['other'] } }],
    ['what it tells of a call', { ...options, briefing: briefingOf(['${X}']) }],
    [
      'what it tells from 22 on',
      { ...options, briefing: briefingOf(['${X}']), listing: briefingOf(['${Y}']) },
    ],
    ['the name of the fallback', { ...options, fallbackFlow: 'other' }],
    ['the place of the fallback', { ...options, fallback: { ...options.fallback, priority: 2 } }],
  ])('is another one for another text: %s', (_what, other) => {
    expect(dialplanMarker(dialplan(other))).not.toBe(dialplanMarker(text))
  })

  test('does not change with a comment', () => {
    expect(dialplanMarker(`; a comment\n${text}`)).toBe(dialplanMarker(text))
  })
})
