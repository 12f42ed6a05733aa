import type { Scenario } from './scenario.js'

const VIP = { context: 'vip-support', rule: 'VIP callers' }
const CODE = { context: 'general-support', rule: 'The rest is code' }
const OTHERWISE = { context: 'general-support', rule: 'otherwise' }

/** The calls that show what the example flows (`flows/`) do, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'VIP by caller number',
    ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-a', headers: {} },
    expected: { ...VIP, state: { greeting: 'Welcome back, Ada Byron', city: 'Albany' } },
  },
  {
    title: 'The same number, written 001…',
    ...{ from: '0015551234567', to: '15550001111', trunk: 'carrier-a', headers: {} },
    expected: { ...VIP, state: { greeting: 'Welcome back, Ada Byron' } },
  },
  {
    title: 'VIP by a row of vips.csv',
    ...{ from: '5552000002', to: '5550001111', trunk: 'carrier-a', headers: {} },
    expected: { ...VIP, state: { greeting: 'Welcome back, Edsger Wybe' } },
  },
  {
    title: 'VIP by header, from a trunk that is believed',
    ...{ from: '+15559990001', to: '5557654321', trunk: 'carrier-a', headers: { 'X-VIP': 'gold' } },
    expected: { ...VIP, state: { city: 'Albany' } },
  },
  {
    title: 'The same header from a trunk that nobody believes: hearsay',
    ...{ from: '+15559990001', to: '5557654321', trunk: 'carrier-b', headers: { 'X-VIP': 'gold' } },
    expected: { ...OTHERWISE, state: { greeting: null, city: 'Albany' } },
  },
  {
    title: 'The VIP number from a trunk that nobody believes: hearsay',
    ...{ from: '+15551234567', to: '5557654321', trunk: 'carrier-b', headers: {} },
    expected: { ...OTHERWISE, state: { greeting: null, city: 'Albany' } },
  },
  {
    title: 'North Branch by callee number; the flow is code and keeps metadata',
    ...{ from: '+15559990002', to: '5557654321', trunk: 'carrier-a', headers: {} },
    expected: {
      ...CODE,
      state: { city: 'Albany', branch: 'North Branch', metadata: { dialedNumber: '+15557654321' } },
    },
  },
  {
    title: 'Any other number is South Branch',
    ...{ from: '+15559990002', to: '5550001111', trunk: 'carrier-a', headers: {} },
    expected: {
      ...CODE,
      state: { city: null, branch: 'South Branch', metadata: { dialedNumber: '+15550001111' } },
    },
  },
  {
    title: 'A pattern on a header',
    ...{ from: '+15559990003', to: '5557654321', trunk: 'carrier-a', headers: { 'X-Account': '91234' } },
    expected: {
      context: 'general-support',
      rule: 'Old accounts of the north',
      state: { account: '91234', city: 'Albany' },
    },
  },
  {
    title: 'A number that no rule takes',
    ...{ from: '+15559990004', to: '+12125550100', trunk: 'carrier-a', headers: {} },
    expected: { ...OTHERWISE, state: { metadata: null } },
  },
]
