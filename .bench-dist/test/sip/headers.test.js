import { describe, expect, test } from '@jest/globals';
import { canonicalName, compactName, SipHeaders } from '../../src/sip/headers.js';
describe('SIP headers', () => {
    const headers = new SipHeaders([
        ['From', '"Bob" <sip:+15551234567@example.com>;tag=1'],
        ['X-VIP', 'gold'],
        ['x-vip', 'platinum'],
        ['X-Empty', ''],
        ['Subject', 'a long\r\n   subject'],
        ['v', 'SIP/2.0/UDP 192.0.2.1'],
    ]);
    test.each(['From', 'from', 'FROM', 'f', ' From '])('are found as %j', (name) => {
        expect(headers.get(name)).toBe('"Bob" <sip:+15551234567@example.com>;tag=1');
        expect(headers.has(name)).toBe(true);
    });
    test('are found in full where they came in their compact form', () => {
        expect(headers.get('Via')).toBe('SIP/2.0/UDP 192.0.2.1');
        expect(compactName('Via')).toBe('v');
        expect(compactName('X-VIP')).toBeUndefined();
    });
    test('keep repeats apart and in order, and join them for get', () => {
        expect(headers.getAll('X-VIP')).toEqual(['gold', 'platinum']);
        expect(headers.get('X-VIP')).toBe('gold, platinum');
    });
    test('tell an empty header from a missing one', () => {
        expect(headers.get('X-Empty')).toBe('');
        expect(headers.has('X-Empty')).toBe(true);
        expect(headers.get('X-Missing')).toBeNull();
        expect(headers.has('X-Missing')).toBe(false);
        expect(headers.getAll('X-Missing')).toEqual([]);
    });
    test('unfold a value that was folded over lines', () => {
        expect(headers.get('Subject')).toBe('a long subject');
    });
    test('are listed by lower-case name in alphabetical order', () => {
        expect([...headers.keys()]).toEqual(['from', 'subject', 'via', 'x-empty', 'x-vip']);
        expect([...headers]).toEqual([...headers.entries()]);
        expect([...headers.values()]).toContain('gold, platinum');
        const seen = [];
        headers.forEach((value, name) => {
            seen.push(`${name}=${value}`);
        });
        expect(seen).toContain('x-vip=gold, platinum');
    });
    test('have a default for a header that is missing, and for no other', () => {
        expect(headers.get('X-None', 'Unknown Caller')).toBe('Unknown Caller');
        expect(headers.get('X-VIP', 'none')).toBe('gold, platinum');
    });
    test('survive the way to a worker and back', () => {
        const again = new SipHeaders(structuredClone(headers.toList()));
        expect(again.getAll('X-VIP')).toEqual(['gold', 'platinum']);
        expect([...again]).toEqual([...headers]);
    });
    test.each(['constructor', '__proto__', 'toString'])('may be called %s by a caller', (name) => {
        expect(canonicalName(name)).toBe(name.toLowerCase());
        expect([...new SipHeaders([[name, 'x']])]).toEqual([[name.toLowerCase(), 'x']]);
    });
});
//# sourceMappingURL=headers.test.js.map