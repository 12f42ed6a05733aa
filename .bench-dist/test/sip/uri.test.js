import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAddress, parseAddressList } from '../../src/sip/uri.js';
describe('an address', () => {
    test('is taken apart into display name, user, host and parameters', () => {
        const address = parseAddress('"Bob \\"B\\", Smith" <sip:+15551234567@example.com:5060;user=phone>;tag=x');
        expect(address).toMatchObject({
            display: 'Bob "B", Smith',
            user: '+15551234567',
            host: 'example.com',
        });
        expect([...address.params]).toEqual([['user', 'phone']]);
    });
    test.each([
        ['sip:alice@example.com', 'alice', 'example.com'],
        ['SIPS:alice:secret@example.com:5061', 'alice', 'example.com'],
        ['sip:alice@[2001:db8::1]:5060;transport=tcp', 'alice', '[2001:db8::1]'],
        ['sip:alice;day=tuesday@example.com', 'alice;day=tuesday', 'example.com'],
        ['sip:%2B15551234567@example.com?Subject=x', '+15551234567', 'example.com'],
        ['sip:bad%zz%ff@example.com', 'bad%zz%ff', 'example.com'],
        ['sip:example.com', '', 'example.com'],
        ['sip:+15551234567', '+15551234567', ''],
        ['tel:+1-555-123-4567;ext=5', '+1-555-123-4567', ''],
        ['Bob <sip:bob@example.com', 'bob', 'example.com'],
        ['(555) 123-4567', '(555) 123-4567', ''],
        ['+15551234567@example.com', '+15551234567', 'example.com'],
        ['', '', ''],
        ['<>', '', ''],
    ])('%s has user %j and host %j', (text, user, host) => {
        expect(parseAddress(text)).toMatchObject({ user, host });
    });
    test('finds the parameters of a number inside the user part', () => {
        const { user, params } = parseAddress('<sip:+15551234567;verstat=TN-Validation-Passed@example.com;user=phone>');
        expect(user).toBe('+15551234567');
        expect(params.get('verstat')).toBe('TN-Validation-Passed');
        expect(params.get('user')).toBe('phone');
    });
    test('reads the context of a tel URI', () => {
        const { user, params } = parseAddress('tel:5551234567;phone-context=+1');
        expect([user, params.get('phone-context')]).toEqual(['5551234567', '+1']);
    });
    test('is not led astray by brackets in quotes', () => {
        expect(parseAddress('"<sip:+15550000000@x>" <sip:+15551234567@example.com>').user).toBe('+15551234567');
    });
    test('comes alone or in a list', () => {
        const users = parseAddressList('"A, B" <sip:a@example.com>, <tel:+15551234567>').map(({ user }) => user);
        expect(users).toEqual(['a', '+15551234567']);
    });
    test('is read from any text without a throw', () => {
        fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
            parseAddress(text);
            parseAddressList(`<sip:${text}@${text}>;${text}`);
        }));
    });
});
//# sourceMappingURL=uri.test.js.map