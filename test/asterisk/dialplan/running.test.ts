import { describe, expect, test } from '@jest/globals'
import { sampleOf, takes } from '../../../src/asterisk/dialplan/running.js'
import { runningDialplan } from './running-dialplan.js'

describe('an extension', () => {
  test.each([
    ['s', 's', 'ss'],
    ['_X.', '12', '1'],
    ['_NXX-XXXX', '2001234', '1001234'],
    ['_nz[1-35]', '213', '214'],
    ['_[+*#0-9]!', '+', 'a'],
    ['_[+*#0-9]!', '+1555,1', ''],
    ['_+1(5).', '+1(5)0', '+150'],
    ['_[9-0]', '[', '9'],
  ])('%s takes %s and not %s', (extension, yes, no) => {
    const isTaken = takes(extension, yes)
    expect([extension === '_[9-0]' ? !isTaken : isTaken, takes(extension, no)]).toEqual([true, false])
  })

  test.each(['s', '5551234567', '_X.', '_[+*#0-9]!', '_[A-Za-z].', '_NXXNXXXXXX', '_+1[2-9]XX!', '_.'])(
    '%s takes its sample',
    (extension) => expect(takes(extension, sampleOf(extension))).toBe(true),
  )
})

const DIALPLAN = runningDialplan(`
[in]
exten => _X.,1,NoOp()
 same => n,Gosub(log,s,1(a,b))
 same => n,Set(X=\${IF($["\${Y}"="?"]?a:b)})
 same => n,ExecIf($["\${Y}"="1"]?Set(Z=1))
 same => n,Goto(out,,1)
[out]
include => custom
include => dids
exten => 9,1,Goto(s,there)
exten => s,1,Answer()
 same => n(there),Goto(target,s,1)
[custom]
exten => 5551234567,1,Goto(target,,1)
[dids]
include => out
exten => 5551234567,1,Playback(never)
exten => 5550000000,1,GotoIf($["\${A}"="?"]?\${B},1:target,s,1)
exten => 5550000001,1,Dial(PJSIP/1001&Local/9@out)
exten => 5550000002,1,Goto(\${WHERE},s,1)
exten => 5550000003,1,Goto(5550000003,1)
exten => 5550000004,1,ExecIf($[1]?Goto(target,\${EXTEN},1))
`)

describe('a call goes', () => {
  test.each([
    ['5551234567', ['in', 'custom', 'target']],
    // Its label is in an extension that answers first.
    ['9', ['out']],
    ['s', ['out']],
    ['5550000000', ['in', 'dids']],
    ['5550000003', ['in', 'dids']],
    ['5550000004', ['in', 'dids']],
  ])('straight for %s: %j', (number, way) => {
    const context = number.length === 1 ? 'out' : 'in'
    expect(DIALPLAN.straightWay({ context, number }, 'target')).toEqual(way)
  })

  test.each([
    ['in', 'target', true],
    ['in', 'custom', true],
    ['dids', 'out', true],
    ['custom', 'dids', false],
    ['in', 'elsewhere', false],
    ['nowhere', 'target', false],
  ])('from %s perhaps to %s: %s', (from, to, may) => expect(DIALPLAN.mayReach(from, to)).toBe(may))

  test('to contexts that take numbers, included ones among them', () => {
    expect(DIALPLAN.numbersIn('out').slice(0, 4)).toEqual(['9', 's', '5551234567', '5551234567'])
    expect(DIALPLAN.numbersIn('nowhere')).toEqual([])
  })
})
