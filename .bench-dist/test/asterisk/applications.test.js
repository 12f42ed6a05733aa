import { expect, test } from '@jest/globals';
import { applicationsPattern } from '../../src/asterisk/applications.js';
test.each([
    [{ names: ['doorman'] }, '^doorman$'],
    [{ names: ['doorman-a', 'doorman-b'] }, '^(doorman-a|doorman-b)$'],
    [{ names: [], pattern: 'door-' }, '^door-[A-Za-z0-9_-]*$'],
    [{ names: ['a'], pattern: 'b-' }, '^(a|b-[A-Za-z0-9_-]*)$'],
])('the applications %j are a pattern without a comma', (applications, pattern) => {
    expect(applicationsPattern(applications)).toBe(pattern);
});
//# sourceMappingURL=applications.test.js.map