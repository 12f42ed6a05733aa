import { expect, test } from '@jest/globals';
import { ConnectionLog } from '../../src/asterisk/connection-log.js';
import { KeptLog } from './kept-log.js';
test('a connection that is down says why once, again where the reason changes, and every minute', () => {
    const log = new KeptLog();
    let now = 0;
    const report = new ConnectionLog('ARI', log, () => now);
    const said = (reason, at) => {
        now = at;
        const before = log.lines.length;
        for (let tries = 0; tries < 100; tries += 1)
            report.down(reason);
        return log.lines.slice(before).map(({ message }) => message);
    };
    expect(said('ECONNREFUSED.', 0)).toEqual(['ECONNREFUSED. Doorman keeps trying.']);
    expect(said('It answered 503', 1)).toEqual(['It answered 503. Doorman keeps trying.']);
    expect(said('It answered 503', 60_000)).toEqual([]);
    expect(said('It answered 503', 60_001)).toHaveLength(1);
    report.up('127.0.0.1 as doorman');
    expect(said('It answered 503', 60_002)).toHaveLength(1);
    expect(log.of('connection_up')).toEqual(['ARI is connected: 127.0.0.1 as doorman.']);
});
//# sourceMappingURL=connection-log.test.js.map