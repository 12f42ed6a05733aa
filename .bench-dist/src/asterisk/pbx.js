/** A request to the PBX that failed. */
export class PbxError extends Error {
    fault;
    name = 'PbxError';
    constructor(fault, message) {
        super(message);
        this.fault = fault;
    }
}
//# sourceMappingURL=pbx.js.map