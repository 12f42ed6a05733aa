import { describe, expect, test } from '@jest/globals';
import { BatchedOutput } from '../../src/observability/output.js';
/** A disk that takes so many bytes at a time, and fails once at the write with this number. */
class FakeDisk {
    text = '';
    writes = 0;
    #atOnce;
    #failing;
    #wrote = () => undefined;
    whole = new Promise((resolve) => {
        this.#wrote = resolve;
    });
    constructor(atOnce, failing) {
        this.#atOnce = atOnce;
        this.#failing = failing;
    }
    write(_fd, bytes, done) {
        const isFull = ++this.writes === this.#failing;
        const part = isFull ? Buffer.alloc(0) : bytes.subarray(0, this.#atOnce);
        this.text += part.toString();
        setImmediate(() => {
            done(isFull ? Object.assign(new Error('no space left'), { code: 'ENOSPC' }) : null, part.length);
            if (this.text.endsWith('last\n'))
                this.#wrote();
        });
    }
    writeSync(_fd, text) {
        this.text += text;
    }
}
describe('batched output', () => {
    test('ends a line that a full disk cut, before the next one begins', async () => {
        const disk = new FakeDisk(8, 2);
        const output = new BatchedOutput(disk);
        output.write('{"a":"long line"}\n');
        await new Promise((resolve) => {
            const look = () => (disk.writes >= 2 ? resolve() : void setImmediate(look));
            look();
        });
        output.write('last\n');
        await disk.whole;
        expect(disk.text).toBe('{"a":"lo\nlast\n');
    });
    test('writes all of a batch that the system takes in parts', async () => {
        const disk = new FakeDisk(3, 0);
        const output = new BatchedOutput(disk);
        output.write('one\n');
        output.write('last\n');
        await disk.whole;
        expect(disk.text).toBe('one\nlast\n');
    });
});
//# sourceMappingURL=output.test.js.map