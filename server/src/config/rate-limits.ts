/** Counted in windows of a minute. */
export interface RateLimits {
  /** Requests a minute for one credential. */
  perCredential: number
  /** Requests a minute for one workspace, by all its people and keys together. */
  perWorkspace: number
  /** Requests a minute to public endpoints that change something, from one address, or with the token of one visitor. */
  perPublicAddress: number
  /** Requests a minute to public endpoints that only read, from one address: pages with pictures, documents. */
  perReadingAddress: number
  /** Deliveries a minute to webhooks from one address: a platform serves all its customers from few. */
  perSenderAddress: number
}
