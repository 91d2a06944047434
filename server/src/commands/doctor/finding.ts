export interface Finding {
  subject: string
  status: 'ok' | 'warning' | 'failed'
  message: string
  /** The remedy. */
  advice?: string
}

export const ok = (subject: string, message: string): Finding => ({ subject, status: 'ok', message })
export const warning = (subject: string, message: string, advice: string): Finding => ({
  subject,
  status: 'warning',
  message,
  advice,
})
export const failed = (subject: string, message: string, advice: string): Finding => ({
  subject,
  status: 'failed',
  message,
  advice,
})
