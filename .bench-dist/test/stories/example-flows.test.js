import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { pbxFixture, RELEASES } from '../support/fixture.js';
import { repositoryFolder } from '../support/lab-folder.js';
/** The example's code flow, with nothing before it: no VIPs, no branches, one rule. */
const TRIAGE_ALONE = {
    'routing.yaml': `
default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
flows:
  vip_support_flow: { context: vip-support }
  general_support_flow: { context: general-support }
rules:
  - { name: All is code, run: triage.ts }
otherwise: general_support_flow
`,
    'triage.ts': readFileSync(join(repositoryFolder(), 'flows/triage.ts'), 'utf8'),
};
describe.each(RELEASES)('the example flows on Debian %s', (release) => {
    const { call } = pbxFixture(release);
    test('a VIP is known by the caller number and greeted by name', async () => {
        const { result, record } = await call({ from: '+15551234567', to: '5550000000', trunk: 'carrier-a' });
        expect(result).toMatchObject({
            context: 'vip-support',
            path: ['from-trunk', 'doorman', 'doorman-go', 'vip-support'],
        });
        expect(result.appData[0]).toBe('1,vip-support: rule "VIP callers", Welcome back Ada Byron.');
        const flow = 'vip_support_flow';
        expect(record).toMatchObject({ rule: 'VIP callers', flow, vip: true, outcome: 'routed' });
    });
    test('anybody else reaches general support, the branch by the number that was dialled', async () => {
        const { result, state, record } = await call({
            ...{ from: '+15559990000', to: '5557654321', trunk: 'carrier-a' },
            headers: [['X-Account', '90001']],
        });
        expect(result.context).toBe('general-support');
        expect(result.variables).toMatchObject({
            ...{ DOORMAN_FLOW: 'general_support_flow', DOORMAN_RULE: 'Old accounts of the north' },
            ...{ DOORMAN_VIP: '0', DOORMAN_BRANCH: 'North Branch', CONV_city: 'Albany', CONV_account: '90001' },
        });
        expect(state).toEqual({ city: 'Albany', account: '90001' });
        expect(record.outcome).toBe('routed');
    });
    test('a number that no rule speaks of takes the way under otherwise', async () => {
        const { result, record } = await call({ from: '+15559990000', to: '2125550100', trunk: 'carrier-a' });
        expect(result.context).toBe('general-support');
        expect(result.variables).toMatchObject({ DOORMAN_RULE: 'otherwise', DOORMAN_BRANCH: 'South Branch' });
        expect(record).toMatchObject({ rule: 'otherwise', outcome: 'routed' });
    });
    test('a header that a believed carrier sends makes a VIP', async () => {
        const { result } = await call({
            ...{ from: '+15559990000', to: '5557654321', trunk: 'carrier-a' },
            headers: [['X-VIP', 'gold']],
        });
        expect(result.context).toBe('vip-support');
        expect(result.variables).toMatchObject({ DOORMAN_VIP: '1', DOORMAN_RULE: 'VIP callers' });
    });
});
describe.each(RELEASES)('the code flow of the example as the only rule on Debian %s', (release) => {
    const { call } = pbxFixture(release, { flows: TRIAGE_ALONE });
    test('a caller number leads to the VIP flow', async () => {
        const { result } = await call({ from: '+15551234567', to: '+15557654321', trunk: 'carrier-a' });
        expect(result.context).toBe('vip-support');
    });
    test('the dialled number chooses the branch', async () => {
        const numbers = ['+15557654321', '+15550000000'];
        const calls = numbers.map((to) => call({ from: '+15559990000', to, trunk: 'carrier-a' }));
        const [north, south] = await Promise.all(calls);
        const context = 'general-support';
        expect(north?.result).toMatchObject({ context, variables: { CONV_branch: 'North Branch' } });
        expect(south?.result).toMatchObject({ context, variables: { CONV_branch: 'South Branch' } });
    });
    test('metadata of the call is kept in its state', async () => {
        const from = '"Ann Example" <sip:+15559990000@carrier.example>';
        const { state } = await call({
            ...{ from: '+15559990000', to: '5557654321', trunk: 'carrier-a' },
            headers: [['From', from]],
        });
        expect(state).toEqual({
            metadata: { callerId: expect.stringContaining(from), dialedNumber: '+15557654321' },
            branch: 'North Branch',
        });
    });
});
//# sourceMappingURL=example-flows.test.js.map