import { type Socket } from 'node:net';
/** A TCP server on 127.0.0.1 that does with its connections what a test wants. */
export declare class TcpPeer {
    #private;
    /** How many connections there have been. */
    accepted: number;
    private constructor();
    static open(handle: (socket: Socket) => void): Promise<TcpPeer>;
    /** How many connections are open. */
    get open(): number;
    get port(): number;
    /** To every connection. */
    write(text: string): void;
    /** Ends the connections, as a PBX that is stopped does; the port stays. */
    drop(): void;
    close(): Promise<void>;
}
/** A port of 127.0.0.1 on which nobody listens. */
export declare function deadPort(): Promise<number>;
