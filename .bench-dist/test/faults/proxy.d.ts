/** A TCP proxy that fails on demand. */
export declare class FaultyProxy {
    #private;
    private constructor();
    /** Listens on a port of its own on loopback and passes on to `target`. */
    static open(target: number): Promise<FaultyProxy>;
    get port(): number;
    /** Resets all connections, and refuses new ones until `mend`. */
    cut(): void;
    /**
     * The connections of this moment stay open and nothing arrives any more, in neither direction, as where a firewall
     * has forgotten them. New ones pass. Those that are silent stay so, also after `mend`.
     */
    silence(): void;
    /** The same for every connection that is no WebSocket, and for new ones, too, until `mend`. */
    silenceHttp(): void;
    /** Each packet arrives so much later, in both directions. */
    slow(delayMs: number): void;
    mend(): void;
    close(): void;
}
