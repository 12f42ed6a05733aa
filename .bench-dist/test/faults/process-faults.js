import { setTimeout as sleep } from 'node:timers/promises';
import { allRouted, broken, hook } from './fault.js';
const WRONG = { DOORMAN_ARI_PASSWORD: 'wrong', DOORMAN_AMI_SECRET: 'wrong' };
const TWO = ['doorman-a', 'doorman-b'];
const BURST = 5;
const AT_ONCE = 1_000;
const signal = (name, application) => (fixture) => fixture.doorman(application).signal(name);
const start = (application) => (fixture) => fixture.start(application);
/** What happens to the process of one instance. */
export const PROCESS_FAULTS = [
    {
        name: 'kill -9',
        what: 'Doorman is killed; two seconds later a supervisor starts it again.',
        act: broken(signal('SIGKILL'), 2_000, start()),
    },
    {
        name: 'SIGSTOP',
        what: 'Doorman is stopped for six seconds, with its connections open, and then goes on.',
        act: broken(signal('SIGSTOP'), 6_000, signal('SIGCONT')),
    },
    {
        name: 'event loop blocked for 5 s',
        what: 'The event loop of Doorman is busy for five seconds.',
        surroundings: { settings: hook('block-loop') },
        act: broken(signal('SIGUSR2'), 7_000),
    },
    {
        name: 'wrong password after a restart',
        what: 'Doorman is stopped and starts with wrong passwords for ARI and AMI; four seconds later with the right ones.',
        async act(fixture) {
            await fixture.doorman().stop();
            const wrong = fixture.launch('doorman', WRONG);
            await sleep(4_000);
            await wrong.stop();
            await fixture.start();
        },
    },
];
/** Several instances at one PBX, and many calls at once. */
export const LOAD_FAULTS = [
    {
        name: 'two instances, one killed',
        what: 'Of two instances the first is killed, and started again four seconds later.',
        applications: TWO,
        act: broken(signal('SIGKILL', TWO[0]), 4_000, start(TWO[0])),
    },
    {
        name: 'two instances, one stopped',
        what: 'Of two instances the first is stopped by SIGSTOP for five seconds.',
        applications: TWO,
        act: broken(signal('SIGSTOP', TWO[0]), 5_000, signal('SIGCONT', TWO[0])),
    },
    {
        name: 'rolling restart',
        what: 'Of two instances one after the other is ended by SIGTERM and started again.',
        applications: TWO,
        async act(fixture) {
            for (const application of TWO) {
                await fixture.doorman(application).stop();
                await fixture.start(application);
                await sleep(1_000);
            }
        },
        judge: allRouted,
    },
    {
        name: 'burst of 5 times the rate',
        what: `For four seconds there are ${BURST} times as many calls.`,
        async act({ load }) {
            const usual = load.perSecond;
            load.perSecond = usual * BURST;
            await sleep(4_000);
            load.perSecond = usual;
            await sleep(2_000);
        },
    },
    {
        name: '1,000 calls at once',
        what: 'A thousand INVITEs are sent as fast as the socket takes them, beside the usual calls.',
        act: broken(({ load }) => load.burst(AT_ONCE), 6_000),
    },
];
//# sourceMappingURL=process-faults.js.map