import { describe, expect, test } from '@jest/globals'
import { applicationsPattern, isAmong, parseApplications } from '../../src/asterisk/ari/applications.js'

describe('the applications of the Doormen at a PBX', () => {
  test.each([
    ['doorman', { names: ['doorman'] }, '^doorman$'],
    ['doorman-a, doorman-b', { names: ['doorman-a', 'doorman-b'] }, '^(doorman-a|doorman-b)$'],
    ['door-*', { names: [], pattern: 'door-' }, '^door-[A-Za-z0-9_-]*$'],
    ['a,b-*', { names: ['a'], pattern: 'b-' }, '^(a|b-[A-Za-z0-9_-]*)$'],
  ])('%s are names, and a pattern without a comma', (text, applications, pattern) => {
    expect(parseApplications(text)).toEqual(applications)
    expect(applicationsPattern(applications)).toBe(pattern)
  })

  test.each(['', 'a b', 'a,', '*', 'a-*,b-*', 'a$'])('"%s" is no such list', (text) => {
    expect(parseApplications(text)).toBeUndefined()
  })

  test('a name belongs to them whole or by its beginning, as the text says', () => {
    const applications = { names: ['front'], pattern: 'door-' }
    expect(['front', 'door-7', 'front-2', 'my-door-7'].map((name) => isAmong(name, applications))).toEqual([
      ...[true, true, false, false],
    ])
  })
})
