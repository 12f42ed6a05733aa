export const b =
