import { type IncomingMessage } from 'node:http';
export interface ReceivedSpan {
    readonly name: string;
    /** In hexadecimal. */
    readonly traceId: string;
    readonly spanId: string;
    readonly parentSpanId: string;
    /** Milliseconds since 1970. */
    readonly start: number;
    readonly end: number;
    /** 2 is an error. */
    readonly status: number;
    readonly attributes: Readonly<Record<string, string>>;
    readonly resource: Readonly<Record<string, string>>;
}
/** How the receiver answers. */
type Behaviour = 'accepts' | 'hangs' | 'refuses';
/** A receiver of OTLP over HTTP on loopback, as a collector is. */
export declare class OtlpReceiver {
    #private;
    readonly spans: ReceivedSpan[];
    /** Path and headers of each request. */
    readonly requests: IncomingMessage[];
    behaviour: Behaviour;
    private constructor();
    static open(behaviour?: Behaviour): Promise<OtlpReceiver>;
    get url(): string;
    close(): void;
}
export {};
