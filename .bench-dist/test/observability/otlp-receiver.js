import { once } from 'node:events';
import { createServer } from 'node:http';
/** A receiver of OTLP over HTTP on loopback, as a collector is. */
export class OtlpReceiver {
    spans = [];
    /** Path and headers of each request. */
    requests = [];
    behaviour;
    #server;
    constructor(behaviour) {
        this.behaviour = behaviour;
        this.#server = createServer(async (request, response) => {
            const chunks = [];
            for await (const chunk of request)
                chunks.push(chunk);
            this.requests.push(request);
            if (this.behaviour === 'hangs')
                return;
            if (this.behaviour === 'accepts')
                this.spans.push(...spansIn(Buffer.concat(chunks)));
            response.writeHead(this.behaviour === 'accepts' ? 200 : 400).end();
        });
    }
    static async open(behaviour = 'accepts') {
        const receiver = new OtlpReceiver(behaviour);
        receiver.#server.listen(0, '127.0.0.1');
        await once(receiver.#server, 'listening');
        return receiver;
    }
    get url() {
        return `http://127.0.0.1:${this.#server.address().port}`;
    }
    close() {
        this.#server.close();
        this.#server.closeAllConnections();
    }
}
/** https://protobuf.dev/programming-guides/encoding */
function parse(bytes) {
    const fields = new Map();
    let at = 0;
    const varint = () => {
        let value = 0n;
        for (let shift = 0n;; shift += 7n) {
            const byte = bytes[at++] ?? 0;
            value |= BigInt(byte & 0x7f) << shift;
            if (byte < 0x80)
                return value;
        }
    };
    const take = (length) => {
        at += length;
        return bytes.subarray(at - length, at);
    };
    while (at < bytes.length) {
        const tag = Number(varint());
        const values = fields.get(tag >> 3) ?? [];
        fields.set(tag >> 3, values);
        if ((tag & 7) === 0)
            values.push(varint());
        else if ((tag & 7) === 1)
            values.push(take(8).readBigUInt64LE());
        else if ((tag & 7) === 2)
            values.push(take(Number(varint())));
        else if ((tag & 7) === 5)
            values.push(BigInt(take(4).readUInt32LE()));
        else
            throw new Error(`wire type ${tag & 7}`);
    }
    return fields;
}
const messages = (message, field) => (message.get(field) ?? []).map((bytes) => parse(bytes));
const bytes = (message, field) => (message.get(field)?.[0] ?? Buffer.alloc(0));
const number = (message, field) => Number(message.get(field)?.[0] ?? 0);
/** KeyValue { key = 1, value = 2 }, AnyValue { string_value = 1 } */
function attributesIn(message, field) {
    const pairs = messages(message, field).map((pair) => {
        const [value = new Map()] = messages(pair, 2);
        return [bytes(pair, 1).toString(), bytes(value, 1).toString()];
    });
    return Object.fromEntries(pairs);
}
/**
 * opentelemetry/proto/trace/v1/trace.proto: ExportTraceServiceRequest { resource_spans = 1 }, ResourceSpans { resource =
 * 1, scope_spans = 2 }, ScopeSpans { spans = 2 }.
 */
function spansIn(request) {
    return messages(parse(request), 1).flatMap((resourceSpans) => {
        const [resource = new Map()] = messages(resourceSpans, 1);
        const spans = messages(resourceSpans, 2).flatMap((scope) => messages(scope, 2));
        return spans.map((span) => {
            const [status = new Map()] = messages(span, 15);
            return {
                name: bytes(span, 5).toString(),
                traceId: bytes(span, 1).toString('hex'),
                spanId: bytes(span, 2).toString('hex'),
                parentSpanId: bytes(span, 4).toString('hex'),
                start: number(span, 7) / 1e6,
                end: number(span, 8) / 1e6,
                status: number(status, 3),
                attributes: attributesIn(span, 9),
                resource: attributesIn(resource, 1),
            };
        });
    });
}
//# sourceMappingURL=otlp-receiver.js.map