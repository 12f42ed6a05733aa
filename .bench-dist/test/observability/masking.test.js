import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskNumbers, maskText } from '../../src/observability/masking.js';
describe('the mask over phone numbers', () => {
    test.each([
        ['+15551234567', '+15*******67'],
        ['5551234567', '55******67'],
        ['"Ada" <sip:+15551234567@trunk.invalid>', '"Ada" <sip:+15*******67@trunk.invalid>'],
        ['from +15551234567 to +15557654321', 'from +15*******67 to +15*******21'],
        ['555-123-4567', '55******67'],
        ['(555) 123-4567', '(55******67'],
        ['+1 (555) 123 4567', '+15*******67'],
        ['5551234', '55***34'],
        ['555/123/4567', '55******67'],
        ['5,5,5,1,2,3,4,5,6,7', '55******67'],
        ['callee: [2000, 3000, +1555*]', 'callee: [2000, 3000, +1555*]'],
        ['<sip:+15551234567@127.0.0.1>', '<sip:+15*******67@127.0.0.1>'],
        ['+1_555_123_4567', '+15*******67'],
        ['555\u200e123\u202e4567', '55******67'],
        ['５５５１２３４５６７', '５５******６７'],
        ['٥٥٥١٢٣٤٥٦٧', '٥٥******٦٧'],
        ['%35%35%35%31%32%33%34', '%35**********34'],
        ['call 911 or 112', 'call 911 or 112'],
        ['account 90001', 'account 90001'],
        ['anonymous', 'anonymous'],
    ])('makes %s into %s', (text, masked) => {
        expect(maskText(text)).toBe(masked);
    });
    test('leaves no seven digits of a number in a row, wherever in a text it stands', () => {
        const separator = fc.constantFrom('', '', ' ', '-', '.', ') ', ' (');
        const digit = fc
            .tuple(fc.integer({ min: 0, max: 9 }), separator)
            .map(([number, mark]) => `${number}${mark}`);
        const number = fc.array(digit, { minLength: 7, maxLength: 20 }).map((digits) => digits.join(''));
        fc.assert(fc.property(fc.string(), number, fc.string(), (before, digits, after) => {
            const left = maskText(`${before} x${digits}x ${after}`);
            expect(left.replace(/[\s().-]/g, '')).not.toMatch(/\d{7}/);
        }));
    });
    test('leaves what a record is found by: the ids of the call, the time, the revision and the milliseconds', () => {
        const record = {
            ...{ event: 'decision', at: '2030-01-01T12:00:00.000Z', call: '1700000000.1234567' },
            ...{
                sipCallId: '3848276298220188511@trunk.invalid',
                callerNumber: '+1555*',
                revision: '123456789012',
                outcome: 'routed',
            },
            ms: { read: 1.234567 },
        };
        expect(maskNumbers(record)).toEqual(record);
    });
    test('covers the number of the caller or callee in a Call-ID, and nothing else of it', () => {
        const numbers = { callerNumber: '+15551234567', calleeNumber: '1001' };
        const masked = (sipCallId) => maskNumbers({ ...numbers, sipCallId }).sipCallId;
        expect(masked('15551234567-8827361524@phone')).toBe('15*****************24@phone');
        expect(masked('x5551234567x8827361524@phone')).toBe('x55******67x8827361524@phone');
        expect(masked('x+15559876543@phone')).toBe('x+15*******43@phone');
        expect(masked('1001@8827361524')).toBe('1001@8827361524');
    });
    test('reaches names of fields, numbers that are no text, and names that are ids elsewhere', () => {
        const line = { event: 'flow_log', details: { '+15551234567': 1, at: '5551234567', call: 15551234567 } };
        expect(maskNumbers(line)).toEqual({
            ...{ event: 'flow_log', details: { '+15*******67': 1, at: '55******67', call: '15*******67' } },
        });
    });
});
//# sourceMappingURL=masking.test.js.map