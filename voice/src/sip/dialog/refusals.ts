import { allowedMethods } from './dialog.ts'
import { headerValues } from '../message/headers.ts'
import type { ReceivedRequest } from '../message/message.ts'
import type { Reply, ServerTransaction } from '../transaction/server-transaction.ts'

const needsDialog = new Set(['BYE', 'UPDATE', 'INFO', 'NOTIFY', 'PRACK'])
const knownMethods = new Set([
  ...needsDialog,
  'REGISTER',
  'SUBSCRIBE',
  'PUBLISH',
  'MESSAGE',
  'OPTIONS',
  'INVITE',
  'REFER',
])

/** Refuses a method that is not handled: 501 when it is unknown, else 405. */
export function refuseMethod(transaction: ServerTransaction): void {
  const { method } = transaction.request
  const status = knownMethods.has(method) ? 405 : 501
  transaction.respond(status, { headers: [['allow', allowedMethods]] })
}

/** Refuses a request outside a dialog whose method is valid only inside one. */
export function refuseWithoutDialog(transaction: ServerTransaction): void {
  const { method } = transaction.request
  if (needsDialog.has(method)) transaction.respond(481)
  else if (method === 'REFER') transaction.respond(603)
  else refuseMethod(transaction)
}

/** Returns the refusal of a request, whatever its method (section 8.2): 416 or 420, or null. */
export function unacceptable(request: ReceivedRequest): { status: number; reply: Reply } | null {
  if (!/^(sips?|tel):/i.test(request.uri)) return { status: 416, reply: {} }
  const unsupported = headerValues(request.headers, 'require').filter((option) => option.toLowerCase() !== 'timer')
  if (unsupported.length === 0) return null
  return { status: 420, reply: { headers: [['unsupported', unsupported.join(', ')]] } }
}
