export {};
//# sourceMappingURL=revision.js.map