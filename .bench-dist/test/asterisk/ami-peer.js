import { TcpPeer } from './tcp-peer.js';
/** An AMI as far as Doorman uses it: it greets, and answers each action as `answer` says. */
export async function amiPeer(answer) {
    return TcpPeer.open((socket) => {
        let rest = '';
        socket.write('Asterisk Call Manager/9.0.0\r\n');
        socket.on('end', () => socket.end());
        socket.setEncoding('utf8').on('data', (text) => {
            const messages = (rest + text).split('\r\n\r\n');
            rest = messages.pop() ?? '';
            for (const message of messages) {
                const action = actionOf(message);
                const said = answer(action);
                if (said !== undefined)
                    socket.write(`${said}\r\nActionID: ${action.ActionID}\r\n\r\n`);
            }
        });
    });
}
function actionOf(message) {
    const lines = message.split('\r\n').map((line) => /^([^:]+): (.*)$/.exec(line));
    return Object.fromEntries(lines.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
}
//# sourceMappingURL=ami-peer.js.map