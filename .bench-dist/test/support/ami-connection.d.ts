/** One AMI message: its `Key: value` lines. A key that comes twice (`Output`) holds its values joined by line ends. */
export type AmiMessage = Readonly<Record<string, string>>;
export interface AmiAccess {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly secret: string;
}
/**
 * An AMI connection of the tests' own, a second opinion beside asterisk-manager: plain TCP, messages parted by an
 * empty line, answers matched by ActionID. Every action has a time limit.
 */
export declare class AmiConnection {
    #private;
    private readonly socket;
    private readonly onEvent;
    private constructor();
    /** Connects and logs in; rejects with one sentence where that fails. */
    static open(access: AmiAccess, onEvent?: (event: AmiMessage) => void): Promise<AmiConnection>;
    /** Sends one action and resolves with its answer, whether it says Success or Error. */
    send(action: AmiMessage): Promise<AmiMessage>;
    close(): void;
}
