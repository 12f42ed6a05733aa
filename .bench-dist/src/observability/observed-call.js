export const STAGES = ['read', 'decide', 'write', 'continue', 'leave'];
//# sourceMappingURL=observed-call.js.map