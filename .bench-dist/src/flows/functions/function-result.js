/** A call's log stays small whatever its flow does: an endless loop with a log line in it must not fill memory. */
export const MOST_LOG_LINES = 100;
//# sourceMappingURL=function-result.js.map