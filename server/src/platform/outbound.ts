/** The only way out to the internet: private addresses refused, sizes and times limited, no redirects by default. */
export interface Outbound {
  /** Throws `AppError` 502 `outbound_failed` or 400 `outbound_refused`. Never sends cookies or credentials by itself. */
  fetch(url: string, options?: OutboundRequest): Promise<OutboundAnswer>
}

export interface OutboundRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Buffer
  /** Default 10 s. */
  timeoutMs?: number
  /** Default 5 MiB. */
  maxBytes?: number
}

export interface OutboundAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}
