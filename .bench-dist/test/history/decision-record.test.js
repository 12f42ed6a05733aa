import { describe, expect, test } from '@jest/globals';
import { MOST_REASONS, shortened } from '../../src/history/decision-record.js';
const reason = (rule) => ({
    ...{ rule, matched: false, condition: 'vip: true', value: null, trusted: true, why: 'no' },
});
describe('the reasons of a record', () => {
    test('stay whole up to the limit', () => {
        const reasons = Array.from({ length: MOST_REASONS }, (_, index) => reason(`rule ${index}`));
        expect(shortened(reasons)).toEqual({ reasons, reasonsOmitted: 0 });
    });
    test('keep their end beyond it, where the match stands, and say how many are missing', () => {
        const reasons = Array.from({ length: 10_000 }, (_, index) => reason(`rule ${index}`));
        const { reasons: kept, reasonsOmitted } = shortened(reasons);
        expect(kept).toHaveLength(MOST_REASONS);
        expect(reasonsOmitted).toBe(10_000 - MOST_REASONS);
        expect(kept.at(-1)?.rule).toBe('rule 9999');
    });
});
//# sourceMappingURL=decision-record.test.js.map