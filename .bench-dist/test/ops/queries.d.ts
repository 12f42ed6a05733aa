/** A PromQL query of ops/, and where it is. */
export interface Query {
    readonly where: string;
    readonly expr: string;
    /** Labels that a legend shows. */
    readonly shown: readonly string[];
}
export declare const ALERTS_FILE: string;
export declare const alerts: {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: Readonly<Record<string, string>>;
}[];
interface Dashboard {
    readonly panels: readonly {
        readonly id: number;
        readonly type: string;
        readonly title: string;
        readonly gridPos: {
            readonly x: number;
            readonly y: number;
            readonly w: number;
            readonly h: number;
        };
        readonly datasource?: unknown;
        readonly targets?: readonly {
            readonly expr: string;
            readonly legendFormat: string;
        }[];
    }[];
    readonly templating: {
        readonly list: readonly {
            readonly name: string;
            readonly type: string;
        }[];
    };
}
export declare const dashboard: Dashboard;
/** Every query, with Grafana's variables filled in. */
export declare const QUERIES: readonly Query[];
/** The metrics that a query names, each with the labels that it needs. */
export declare function metricsIn({ expr, shown }: Query): readonly (readonly [string, readonly string[]])[];
/** The labels of each series in the text format of Prometheus. */
export declare function labelsBySeries(text: string): ReadonlyMap<string, ReadonlySet<string>>;
export {};
