/**
 * Runs commands one after the other in one process, so that their modules are loaded once: loading them takes most of
 * a command's time.
 */
import { WriteStream } from 'node:tty';
import { main } from '../../src/cli/program.js';
async function run({ args, env, columns }) {
    const output = { out: '', err: '' };
    const keep = (name) => (text, done) => {
        output[name] += String(text);
        if (typeof done === 'function')
            done();
        return true;
    };
    process.stdout.write = keep('out');
    process.stderr.write = keep('err');
    process.env = { ...env };
    const { getColorDepth } = WriteStream.prototype;
    for (const stream of [process.stdout, process.stderr])
        Object.assign(stream, { isTTY: columns !== undefined, columns, getColorDepth });
    process.exitCode = 0;
    await main(args);
    return { exit: Number(process.exitCode), ...output };
}
let last = Promise.resolve();
process.on('message', ({ id, order }) => {
    last = last.then(async () => process.send?.({ id, ending: await run(order) }));
});
process.on('disconnect', () => process.exit());
//# sourceMappingURL=command-process.js.map