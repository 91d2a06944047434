/** RFC 3261 section 17.1.1.1, in ms. */
export const T1 = 500
export const T2 = 4000
export const T4 = 5000
/** Timers B, D, F, H, J and L: after this all retransmissions have ended. */
export const transactionLifeMs = 64 * T1
