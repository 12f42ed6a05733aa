import * as z from 'zod';
import type { State } from '../conversation/state.js';
/**
 * The shape of `routing.yaml`. The file is checked with it, and the editor's JSON Schema is made from it, so every
 * key carries the description that an editor shows.
 */
/** A map that refuses unknown keys; the message has one line for each, in the order of the issue's `keys`. */
export declare function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<{ -readonly [P in keyof Shape]: Shape[P]; }, z.core.$strict>;
/** A name or a text on one line: names go to the PBX, where a line end would begin another action. */
export declare const NameSchema: z.ZodString;
/**
 * RFC 3261 §25.1 allows more characters in a header name, but in the dialplan `*` is a wildcard and `%`, `'` and
 * `!` have meanings of their own.
 */
export declare const HeaderNameSchema: z.ZodString;
export declare const HeaderValuesSchema: z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>;
export declare const StateSchema: z.ZodType<State, State>;
/** Numbers as an admin writes them: one, several, or a file of them. */
declare const NumbersSchema: z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
    file: z.ZodString;
}, z.core.$strict>]>;
declare const HeaderTestSchema: z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
    matches: z.ZodOptional<z.ZodString>;
    starts_with: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
    present: z.ZodOptional<z.ZodBoolean>;
}, z.core.$strict>]>;
declare const leafShape: {
    vip: z.ZodOptional<z.ZodBoolean>;
    branch: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
    trunk: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
    caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>]>>;
    claimed_caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>]>>;
    callee: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>]>>;
    header: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
        matches: z.ZodOptional<z.ZodString>;
        starts_with: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
        present: z.ZodOptional<z.ZodBoolean>;
    }, z.core.$strict>]>>>;
    attestation: z.ZodOptional<z.ZodUnion<readonly [z.ZodEnum<{
        A: "A";
        B: "B";
        C: "C";
        failed: "failed";
        none: "none";
    }>, z.ZodArray<z.ZodEnum<{
        A: "A";
        B: "B";
        C: "C";
        failed: "failed";
        none: "none";
    }>>]>>;
};
declare const BranchSchema: z.ZodObject<{
    numbers: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>]>>;
    state: z.ZodOptional<z.ZodType<State, State, z.core.$ZodTypeInternals<State, State>>>;
    default: z.ZodOptional<z.ZodBoolean>;
}, z.core.$strict>;
declare const FlowSchema: z.ZodObject<{
    context: z.ZodString;
    extension: z.ZodDefault<z.ZodString>;
    priority: z.ZodDefault<z.ZodInt>;
    turn_away: z.ZodOptional<z.ZodBoolean>;
}, z.core.$strict>;
declare const RuleSchema: z.ZodObject<{
    name: z.ZodOptional<z.ZodString>;
    when: z.ZodOptional<z.ZodObject<{
        vip: z.ZodOptional<z.ZodBoolean>;
        branch: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
        trunk: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
        caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>]>>;
        claimed_caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>]>>;
        callee: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>]>>;
        header: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
            matches: z.ZodOptional<z.ZodString>;
            starts_with: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
            present: z.ZodOptional<z.ZodBoolean>;
        }, z.core.$strict>]>>>;
        attestation: z.ZodOptional<z.ZodUnion<readonly [z.ZodEnum<{
            A: "A";
            B: "B";
            C: "C";
            failed: "failed";
            none: "none";
        }>, z.ZodArray<z.ZodEnum<{
            A: "A";
            B: "B";
            C: "C";
            failed: "failed";
            none: "none";
        }>>]>>;
        all: z.ZodOptional<z.ZodArray<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>>;
        any: z.ZodOptional<z.ZodArray<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>>;
        not: z.ZodOptional<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>;
    }, z.core.$strict>>;
    goto: z.ZodOptional<z.ZodString>;
    run: z.ZodOptional<z.ZodString>;
    state: z.ZodOptional<z.ZodType<State, State, z.core.$ZodTypeInternals<State, State>>>;
}, z.core.$strict>;
export declare const RoutingSchema: z.ZodObject<{
    default_country: z.ZodOptional<z.ZodEnum<{
        AC: "AC";
        AD: "AD";
        AE: "AE";
        AF: "AF";
        AG: "AG";
        AI: "AI";
        AL: "AL";
        AM: "AM";
        AO: "AO";
        AR: "AR";
        AS: "AS";
        AT: "AT";
        AU: "AU";
        AW: "AW";
        AX: "AX";
        AZ: "AZ";
        BA: "BA";
        BB: "BB";
        BD: "BD";
        BE: "BE";
        BF: "BF";
        BG: "BG";
        BH: "BH";
        BI: "BI";
        BJ: "BJ";
        BL: "BL";
        BM: "BM";
        BN: "BN";
        BO: "BO";
        BQ: "BQ";
        BR: "BR";
        BS: "BS";
        BT: "BT";
        BW: "BW";
        BY: "BY";
        BZ: "BZ";
        CA: "CA";
        CC: "CC";
        CD: "CD";
        CF: "CF";
        CG: "CG";
        CH: "CH";
        CI: "CI";
        CK: "CK";
        CL: "CL";
        CM: "CM";
        CN: "CN";
        CO: "CO";
        CR: "CR";
        CU: "CU";
        CV: "CV";
        CW: "CW";
        CX: "CX";
        CY: "CY";
        CZ: "CZ";
        DE: "DE";
        DJ: "DJ";
        DK: "DK";
        DM: "DM";
        DO: "DO";
        DZ: "DZ";
        EC: "EC";
        EE: "EE";
        EG: "EG";
        EH: "EH";
        ER: "ER";
        ES: "ES";
        ET: "ET";
        FI: "FI";
        FJ: "FJ";
        FK: "FK";
        FM: "FM";
        FO: "FO";
        FR: "FR";
        GA: "GA";
        GB: "GB";
        GD: "GD";
        GE: "GE";
        GF: "GF";
        GG: "GG";
        GH: "GH";
        GI: "GI";
        GL: "GL";
        GM: "GM";
        GN: "GN";
        GP: "GP";
        GQ: "GQ";
        GR: "GR";
        GT: "GT";
        GU: "GU";
        GW: "GW";
        GY: "GY";
        HK: "HK";
        HN: "HN";
        HR: "HR";
        HT: "HT";
        HU: "HU";
        ID: "ID";
        IE: "IE";
        IL: "IL";
        IM: "IM";
        IN: "IN";
        IO: "IO";
        IQ: "IQ";
        IR: "IR";
        IS: "IS";
        IT: "IT";
        JE: "JE";
        JM: "JM";
        JO: "JO";
        JP: "JP";
        KE: "KE";
        KG: "KG";
        KH: "KH";
        KI: "KI";
        KM: "KM";
        KN: "KN";
        KP: "KP";
        KR: "KR";
        KW: "KW";
        KY: "KY";
        KZ: "KZ";
        LA: "LA";
        LB: "LB";
        LC: "LC";
        LI: "LI";
        LK: "LK";
        LR: "LR";
        LS: "LS";
        LT: "LT";
        LU: "LU";
        LV: "LV";
        LY: "LY";
        MA: "MA";
        MC: "MC";
        MD: "MD";
        ME: "ME";
        MF: "MF";
        MG: "MG";
        MH: "MH";
        MK: "MK";
        ML: "ML";
        MM: "MM";
        MN: "MN";
        MO: "MO";
        MP: "MP";
        MQ: "MQ";
        MR: "MR";
        MS: "MS";
        MT: "MT";
        MU: "MU";
        MV: "MV";
        MW: "MW";
        MX: "MX";
        MY: "MY";
        MZ: "MZ";
        NA: "NA";
        NC: "NC";
        NE: "NE";
        NF: "NF";
        NG: "NG";
        NI: "NI";
        NL: "NL";
        NO: "NO";
        NP: "NP";
        NR: "NR";
        NU: "NU";
        NZ: "NZ";
        OM: "OM";
        PA: "PA";
        PE: "PE";
        PF: "PF";
        PG: "PG";
        PH: "PH";
        PK: "PK";
        PL: "PL";
        PM: "PM";
        PR: "PR";
        PS: "PS";
        PT: "PT";
        PW: "PW";
        PY: "PY";
        QA: "QA";
        RE: "RE";
        RO: "RO";
        RS: "RS";
        RU: "RU";
        RW: "RW";
        SA: "SA";
        SB: "SB";
        SC: "SC";
        SD: "SD";
        SE: "SE";
        SG: "SG";
        SH: "SH";
        SI: "SI";
        SJ: "SJ";
        SK: "SK";
        SL: "SL";
        SM: "SM";
        SN: "SN";
        SO: "SO";
        SR: "SR";
        SS: "SS";
        ST: "ST";
        SV: "SV";
        SX: "SX";
        SY: "SY";
        SZ: "SZ";
        TA: "TA";
        TC: "TC";
        TD: "TD";
        TG: "TG";
        TH: "TH";
        TJ: "TJ";
        TK: "TK";
        TL: "TL";
        TM: "TM";
        TN: "TN";
        TO: "TO";
        TR: "TR";
        TT: "TT";
        TV: "TV";
        TW: "TW";
        TZ: "TZ";
        UA: "UA";
        UG: "UG";
        US: "US";
        UY: "UY";
        UZ: "UZ";
        VA: "VA";
        VC: "VC";
        VE: "VE";
        VG: "VG";
        VI: "VI";
        VN: "VN";
        VU: "VU";
        WF: "WF";
        WS: "WS";
        XK: "XK";
        YE: "YE";
        YT: "YT";
        ZA: "ZA";
        ZM: "ZM";
        ZW: "ZW";
    }>>;
    callee_from: z.ZodOptional<z.ZodArray<z.ZodString>>;
    trunks: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
        trust: z.ZodOptional<z.ZodArray<z.ZodString>>;
    }, z.core.$strict>>>;
    vip: z.ZodOptional<z.ZodObject<{
        numbers: z.ZodOptional<z.ZodArray<z.ZodString>>;
        files: z.ZodOptional<z.ZodArray<z.ZodString>>;
        headers: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>>;
    }, z.core.$strict>>;
    branches: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodObject<{
        numbers: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>]>>;
        state: z.ZodOptional<z.ZodType<State, State, z.core.$ZodTypeInternals<State, State>>>;
        default: z.ZodOptional<z.ZodBoolean>;
    }, z.core.$strict>>>;
    flows: z.ZodRecord<z.ZodString, z.ZodObject<{
        context: z.ZodString;
        extension: z.ZodDefault<z.ZodString>;
        priority: z.ZodDefault<z.ZodInt>;
        turn_away: z.ZodOptional<z.ZodBoolean>;
    }, z.core.$strict>>;
    rules: z.ZodOptional<z.ZodArray<z.ZodObject<{
        name: z.ZodOptional<z.ZodString>;
        when: z.ZodOptional<z.ZodObject<{
            vip: z.ZodOptional<z.ZodBoolean>;
            branch: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
            trunk: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
            caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
                file: z.ZodString;
            }, z.core.$strict>]>>;
            claimed_caller: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
                file: z.ZodString;
            }, z.core.$strict>]>>;
            callee: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
                file: z.ZodString;
            }, z.core.$strict>]>>;
            header: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>, z.ZodObject<{
                matches: z.ZodOptional<z.ZodString>;
                starts_with: z.ZodOptional<z.ZodUnion<readonly [z.ZodString, z.ZodArray<z.ZodString>]>>;
                present: z.ZodOptional<z.ZodBoolean>;
            }, z.core.$strict>]>>>;
            attestation: z.ZodOptional<z.ZodUnion<readonly [z.ZodEnum<{
                A: "A";
                B: "B";
                C: "C";
                failed: "failed";
                none: "none";
            }>, z.ZodArray<z.ZodEnum<{
                A: "A";
                B: "B";
                C: "C";
                failed: "failed";
                none: "none";
            }>>]>>;
            all: z.ZodOptional<z.ZodArray<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>>;
            any: z.ZodOptional<z.ZodArray<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>>;
            not: z.ZodOptional<z.ZodLazy<z.ZodType<ConditionSource, ConditionSource, z.core.$ZodTypeInternals<ConditionSource, ConditionSource>>>>;
        }, z.core.$strict>>;
        goto: z.ZodOptional<z.ZodString>;
        run: z.ZodOptional<z.ZodString>;
        state: z.ZodOptional<z.ZodType<State, State, z.core.$ZodTypeInternals<State, State>>>;
    }, z.core.$strict>>>;
    otherwise: z.ZodString;
    undecidable: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
/**
 * `routing.yaml` as it was written. Where something is wrong with it, `checkShape` leaves out what is, so that any
 * part may be missing.
 */
export type RoutingSource = Partial<z.input<typeof RoutingSchema>>;
export type FlowEntry = Partial<z.input<typeof FlowSchema>>;
export type BranchEntry = z.input<typeof BranchSchema>;
export type RuleEntry = z.input<typeof RuleSchema>;
export type NumbersSource = z.input<typeof NumbersSchema>;
export type HeaderTestSource = z.input<typeof HeaderTestSchema>;
export interface ConditionSource extends z.input<z.ZodObject<typeof leafShape>> {
    readonly all?: readonly ConditionSource[] | undefined;
    readonly any?: readonly ConditionSource[] | undefined;
    readonly not?: ConditionSource | undefined;
}
/**
 * The JSON Schema of `routing.yaml`, for editors. Draft 7 is what yaml-language-server knows best. It says less
 * than `doorman check`, which also follows the names in the file.
 */
export declare function routingJsonSchema(): Record<string, unknown>;
export {};
