/** Part of a JSON Schema, as `doorman check --schema` prints it. */
interface Schema {
    readonly type?: string;
    readonly description?: string;
    readonly enum?: readonly string[];
    readonly anyOf?: readonly Schema[];
    readonly allOf?: readonly Schema[];
    readonly items?: Schema;
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly additionalProperties?: Schema | boolean;
    readonly required?: readonly string[];
    readonly definitions?: Readonly<Record<string, Schema>>;
    readonly $ref?: string;
}
/** The keys of flow files as Markdown: a section for each map of keys, with a table of its keys. */
export declare function flowFileKeys(schema: Schema): string;
export {};
