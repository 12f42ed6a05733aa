import { expect, test } from '@jest/globals';
import { trunkOf } from '../../src/asterisk/trunk-name.js';
test.each([
    ['PJSIP/carrier-a-00000001', 'carrier-a'],
    ['PJSIP/a-00000001-0000002f', 'a-00000001'],
    ['PJSIP/anonymous-000000ff', 'anonymous'],
])('the channel %s came in on the trunk %s', (channel, trunk) => {
    expect(trunkOf(channel)).toBe(trunk);
});
test.each(['Local/1001@from-phones-00000001;2', 'SIP/carrier-a-00000001', 'PJSIP/carrier-a', ''])('the channel "%s" is none of a trunk that could be trusted', (channel) => {
    expect(trunkOf(channel)).toBeUndefined();
});
//# sourceMappingURL=trunk-name.test.js.map