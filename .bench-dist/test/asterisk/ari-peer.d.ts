/** Status and body; undefined is never answered. */
export type Answer = readonly [status: number, body?: unknown] | undefined;
/** One line: `HTTP POST channels/1.1/continue?context=main`, or `WS …` for one over the WebSocket. */
export type RequestLine = string;
/** An ARI of the size that Doorman needs: it lets everyone in, and knows channels in the application `doorman`. */
export declare class AriPeer {
    #private;
    version: string;
    /** The channels in the application, as ARI describes them. */
    readonly channels: Map<string, object>;
    readonly requests: RequestLine[];
    /** How many WebSockets have been opened, and each registered the application. */
    registrations: number;
    /** The status of a WebSocket's upgrade; undefined is never answered. */
    upgrade: number | undefined;
    /** How long an answer over HTTP takes. */
    slowMs: number;
    /** An event in the very packet that accepts a WebSocket. */
    firstEvent: object | undefined;
    /** Answers in place of the peer, where it returns anything but `peer`. */
    answer: (line: RequestLine) => Answer | 'peer';
    private constructor();
    static open(port?: number): Promise<AriPeer>;
    get port(): number;
    get url(): string;
    get open(): number;
    /** A call enters the application: its StasisStart is sent, unless it is `lost`. */
    enter(id: string, how?: 'told' | 'lost'): void;
    send(type: string, id: string): void;
    /** The sockets that are open now stay so, and nothing comes or goes over them any more. */
    mute(): void;
    unmute(): void;
    closeSockets(): void;
    close(): Promise<void>;
}
export declare function eventOf(type: string, id: string): object;
