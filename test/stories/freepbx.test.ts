import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { entryLines } from '../../src/setup/own-files.js'
import { codeBlocks } from '../docs/code-blocks.js'
import { ADMIN_SETTINGS, adminConf, doctor } from '../doctor/installation.js'
import { placeCall } from '../support/calls.js'
import { type RunningDoorman, settingsFor } from '../support/doorman.js'
import { pbxFixture, RELEASES } from '../support/fixture.js'
import { ADDITIONAL, EXTENSIONS } from './freepbx-dialplan.js'

const PAGE = 'docs/freepbx.md'
const [CUSTOM = ''] = codeBlocks(PAGE, 'ini')
const [DAY_ONE = '', WITH_VIPS = ''] = codeBlocks(PAGE, 'yaml')

/** carrier-a has the Context field as the page says, carrier-b as FreePBX has it. */
const TRUNKS = '[carrier-a](+)\ncontext = from-doorman-trunk\n[carrier-b](+)\ncontext = from-trunk\n'
const FREEPBX = {
  ...{ flows: { 'routing.yaml': DAY_ONE }, dialplan: EXTENSIONS, isDialplanAlone: true, withDoorman: false },
  overrides: {
    ...{ 'extensions_custom.conf': CUSTOM, 'extensions_additional.conf': ADDITIONAL },
    ...{ 'pjsip.conf': TRUNKS, 'manager.conf': adminConf() },
  },
}

/** The number of a call, and where FreePBX alone sends it, with what it has set on the way. */
const DIALLED = [
  ['the DID of an inbound route', '5557654321', 'ext-group,600 5557654321/5557654321/default/North: '],
  ['another number', '5550009999', 'app-nomatch,s 5550009999///'],
  ['the number of a phone', '1001', 'ext-phones,1001 ///'],
  ['a name', 'sales', 'app-nomatch,s sales///'],
  // What Asterisk makes of an INVITE without a user.
  ['no number', 's', 'app-nomatch,s ///'],
] as const

/** The mistake that the page warns of. */
const HOOK = '[from-pstn-custom]\nexten => _X.,1,NoOp()\n same => n,Goto(doorman,,1)\n'

test('doorman setup writes the context of the page', () => {
  const [, ...lines] = entryLines({ name: 'from-doorman-trunk', before: 'from-pstn' })
  expect(CUSTOM).toContain(lines.join('\n'))
})

describe.each(RELEASES)('FreePBX on Debian %s', (release) => {
  const fixture = pbxFixture(release, FREEPBX)
  let doorman: RunningDoorman

  /** Places a call, and says what the PBX did with it until it was over. */
  async function call(trunk: string, to: string, from = '+15559990000') {
    const placed = await placeCall(fixture.asterisk, { from, to, trunk, hold_ms: 20 })
    const { steps } = await fixture.observer.ended(placed.callId, 5_000)
    return { ...placed, steps }
  }

  /** The steps of a call since it came to FreePBX, and what the last place shows. */
  async function inFreePbx(trunk: string, to: string, from?: string) {
    const { status, callId, steps } = await call(trunk, to, from)
    const own = steps.slice(steps.findIndex(({ context }) => /^from-(pstn|trunk)$/.test(context)))
    const shown = own.find(({ application, data }) => application === 'NoOp' && / .*\//.test(data))?.data
    return {
      callId,
      seen: { status, shown, steps: own.map(({ application, data }) => `${application}(${data})`) },
    }
  }

  const faultsOf = async () => {
    const env = { ...settingsFor(fixture.asterisk), ...ADMIN_SETTINGS, DOORMAN_FLOWS: fixture.lab.flows }
    const { exit, findings } = await doctor(env)
    const wrong = findings.filter(({ verdict }) => verdict === 'fault' || verdict === 'warning')
    return { exit, findings, wrong }
  }

  test.each(DIALLED)(
    'sends a call to %s where it went before, while Doorman is down',
    async (_what, to, shown) => {
      const before = await inFreePbx('carrier-b', to)
      expect(before.seen).toMatchObject({ status: 200, shown: expect.stringMatching(`^${shown}`) })
      expect((await inFreePbx('carrier-a', to)).seen).toEqual(before.seen)
    },
  )

  describe('with Doorman', () => {
    beforeAll(async () => {
      doorman = await fixture.lab.startDoorman()
    })

    test.each(DIALLED)('sends a call to %s where it went before', async (_what, to, shown) => {
      const before = await inFreePbx('carrier-b', to)
      const { callId, seen } = await inFreePbx('carrier-a', to)
      expect(seen.shown).toMatch(new RegExp(`^${shown}`))
      expect(seen).toEqual(before.seen)
      expect(await doorman.record(callId)).toMatchObject({ flow: 'as_before', outcome: 'routed' })
    })

    test('has nothing for doctor to complain about', async () => {
      const { exit, findings, wrong } = await faultsOf()
      expect(wrong).toEqual([])
      const says = (name: string) => findings.find(({ check }) => check === name)?.says
      expect(says('endpoints')).toBe('The calls of carrier-a lead to Doorman.')
      expect(says('dialplan file')).toMatch('extensions_doorman.conf is included')
      expect(exit).toBe(0)
    })

    test('sends VIPs to an inbound route with a made-up DID, and others as before', async () => {
      const before = await inFreePbx('carrier-a', '5557654321')
      fixture.lab.put('routing.yaml', WITH_VIPS)
      await doorman.event('reload', { ok: true })
      const { seen } = await inFreePbx('carrier-a', '5557654321', '+15551234567')
      expect(seen.shown).toBe('ext-queues,400 9900001/9900001/default/VIP: +15551234567')
      expect((await inFreePbx('carrier-a', '5557654321')).seen).toEqual(before.seen)
    })
  })

  describe('with a hook in from-pstn-custom', () => {
    beforeAll(async () => {
      writeFileSync(join(fixture.asterisk.folder, 'etc/extensions_custom.conf'), `${CUSTOM}\n${HOOK}`)
      await fixture.asterisk.cli('dialplan reload')
    })

    test('is found by doctor to lead back, by the flow and by the fallback', async () => {
      const { exit, wrong } = await faultsOf()
      expect(wrong.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
        ...['entries fault', 'loops fault', 'loops fault'],
      ])
      expect(wrong[1]?.says).toMatch(
        /^The flow as_before \(from-pstn,dialled\) leads straight back to Doorman for .*\[from-pstn-custom\] → \[doorman\]/,
      )
      expect(exit).toBe(1)
    })

    test.each(['carrier-a', 'carrier-b'])(
      'ends a call from %s after ten visits, and goes on',
      async (trunk) => {
        const { status, callId, steps } = await call(trunk, '5557654321')
        expect([status, steps.filter(({ application }) => application === 'Stasis').length]).toEqual([
          480, 11,
        ])
        // The record of the last flow may be later than that of the fallback after it.
        const outcomes = (await doorman.decisions(callId, 11)).map(({ outcome }) => outcome)
        expect(outcomes.sort()).toEqual(['fallback_visits', ...Array(10).fill('routed')])
        // The hook does not take names.
        expect(await call(trunk, 'sales')).toMatchObject({ status: 200 })
      },
    )
  })
})
