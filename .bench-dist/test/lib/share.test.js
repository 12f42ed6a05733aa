import { describe, expect, test } from '@jest/globals';
import { formatShare, parseShare } from '../../src/lib/share.js';
describe('a share of calls', () => {
    test.each([
        ['1%', 0.01],
        [' 0.5 % ', 0.005],
        ['100%', 1],
        ['0%', 0],
        ['0', 0],
        ['0.01', 0.01],
        ['1.0', 1],
    ])('is read from %j', (text, share) => {
        expect(parseShare(text)).toBe(share);
    });
    test.each(['', '1', '101%', '1.5', '-1%', 'one', '1%%', '1e-2', '0,5%'])('is not read from %j', (text) => {
        expect(() => parseShare(text)).toThrow('write it as 1% or 0.01');
    });
    test.each([
        [0.0125, '1.25%'],
        [1, '100%'],
        [1 / 3, '33.33%'],
    ])('%j is written as %s', (share, text) => {
        expect(formatShare(share)).toBe(text);
        expect(parseShare(text)).toBeCloseTo(share);
    });
});
//# sourceMappingURL=share.test.js.map