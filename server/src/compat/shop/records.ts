import { z } from 'zod'
import { anything } from './answers.ts'
import { toStatusWord } from './words.ts'

// oxlint-disable no-explicit-any -- what operations respond with, as JSON; the schemas beside them check the result.

/** The operations of a shop respond with the record and, in `data`, with the record once more. */
function recordIn(answer: any): any {
  const { success: _, data: __, ...record } = answer
  return record
}

const epochMs = (instant: string) => Date.parse(instant)

/** A product or service. Beside its own names it has those of the API. */
export const Item = z.looseObject({
  id: z.string().describe('Id of the product.'),
  itemType: z.string().describe('`product` or `service`.'),
  name: z.string().describe('Name.'),
  description: z.string().describe('Text for customers.'),
  retailPrice: z.number().describe('Unit price in major units.'),
  stock: z.int().describe('Number of units in stock, or of places.'),
  facebookSubtitle: z.string().optional().describe('One line for places too small for the description.'),
  duration: z.int().optional().describe('How long the service takes, in minutes.'),
  buttons: z.array(anything).describe('Buttons under the product in a chat.'),
  stockHistory: z.array(anything).describe('The newest changes of the stock, oldest first.'),
})

/** Fields without a value are missing, as the front-end expects. */
const withoutNulls = (record: Record<string, any>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))

export function toItem(answer: any): z.input<typeof Item> {
  const product = recordIn(answer)
  const { subtitle, durationMinutes, stockHistory = [], ...same } = product
  return {
    ...withoutNulls(same),
    ...withoutNulls({ facebookSubtitle: subtitle, duration: durationMinutes }),
    id: product.id,
    itemType: product.itemType,
    name: product.name,
    description: product.description ?? '',
    retailPrice: product.retailPrice,
    stock: product.stock,
    imageUrl: product.imageUrl ?? '',
    buttons: product.buttons,
    stockHistory: stockHistory.toReversed(),
  }
}

export const Message = z.looseObject({
  id: z.string().describe('Id of the message.'),
  sender: z.string().describe('`user`, `ai` or `seller`.'),
  text: z.string().describe('Text of the message.'),
  timestamp: z.number().describe('When it was written, in milliseconds since the Unix epoch.'),
  isNote: z.boolean().describe('True for an internal note.'),
})

export const toMessage = (answer: any): z.input<typeof Message> => ({
  ...recordIn(answer),
  senderId: answer.senderId ?? undefined,
  isNote: answer.internal ?? false,
})

export const Conversation = z.looseObject({
  id: z.string().describe('Id of the conversation.'),
  channel: z.string().describe('Channel of the conversation.'),
  customerName: z.string().describe("The customer's name."),
  lastMessageAt: z.number().describe('When the newest message was written, in milliseconds since the Unix epoch.'),
  status: z.string().describe('`open`, `pending` or `closed`.'),
  assigneeId: z.string().nullable().describe('User id of the member it is assigned to.'),
  tags: z.array(z.string()).describe('Labels.'),
  notes: z.string().describe("The team's notes."),
  isRead: z.boolean().describe('False while a message of the customer is unread.'),
  isAiActive: z.boolean().describe('True when the assistant should reply.'),
  awaitingProofForOrderId: z.null().describe('Always null: proofs of payment are not asked for.'),
})

/** A conversation without its messages, as in a frame. */
export function toConversationHead(answer: any): z.input<typeof Conversation> {
  const conversation = recordIn(answer)
  const notes = conversation.notes ?? ''
  const isRead = conversation.unreadCount === 0
  return {
    ...conversation,
    lastMessageAt: epochMs(conversation.lastMessageAt ?? conversation.createdAt),
    notes,
    isRead,
    awaitingProofForOrderId: null,
    awaitingProofUntil: null,
    saved: { tags: conversation.tags, notes, isRead },
  }
}

export const toConversation = (conversation: any): z.input<typeof Conversation> => ({
  ...toConversationHead(conversation),
  messages: conversation.messages.map(toMessage),
})

/** An order, which is a submitted form to the front-end: the customer's answers are further keys. */
export const Submission = z.looseObject({
  // The first key with "name" in it is the customer's to the front-end.
  'Full Name': z.string().describe("The customer's name, if known."),
  submissionId: z.string().describe('Id of the order, or of the submitted form.'),
  orderId: z.string().optional().describe('Order number.'),
  formId: z.string().describe('Id of the form; empty when the order was placed without one.'),
  formName: z.string().describe('Name of the form.'),
  submittedAt: z.number().describe('When it was placed, in milliseconds since the Unix epoch.'),
  status: z.string().describe('`Pending`, `Confirmed`, `Completed`, `Cancelled` or `Return`.'),
  orderedProducts: z
    .array(
      z.object({
        productId: z.string().describe('Id of the product.'),
        productName: z.string().describe("The product's name when the order was placed."),
        quantity: z.int().describe('Number of units.'),
        unitPrice: z.number().describe('Unit price in major units when the order was placed.'),
      }),
    )
    .describe('The ordered products.'),
})

/** `forms`: names by id. */
export function toSubmission(order: any, forms: ReadonlyMap<string, string> = new Map()): z.input<typeof Submission> {
  const { items, history: _, ...same } = recordIn(order)
  return {
    'Full Name': order.customerName,
    ...same,
    submissionId: order.id,
    formId: order.formId ?? '',
    formName: forms.get(order.formId) ?? 'Order',
    submittedAt: epochMs(order.submittedAt),
    status: toStatusWord(order),
    orderedProducts: items.map(({ productId, productName, quantity, price }: any) => ({
      productId,
      productName,
      quantity,
      unitPrice: price,
    })),
  }
}

/** A submitted form that ordered nothing. Its fields' labels are the keys of the answers. */
export function submissionOfForm(submission: any, form: any): z.input<typeof Submission> {
  const labels = new Map<string, string>(form.fields.map(({ name, label }: any) => [name, label ?? name]))
  const answers = Object.entries(submission.values).map(([name, value]): [string, unknown] => [
    labels.get(name) ?? name,
    value,
  ])
  const [, name = ''] = answers.find(([label, value]) => /name/i.test(label) && typeof value === 'string') ?? []
  return {
    'Full Name': name as string,
    ...Object.fromEntries(answers),
    submissionId: submission.id,
    formId: form.id,
    formName: form.name,
    submittedAt: epochMs(submission.submittedAt),
    status: 'Pending',
    orderedProducts: [],
  }
}

export const PaymentIntent = z.looseObject({
  id: z.string().describe('Id of the payment.'),
  amount: z.number().describe('Amount in major units.'),
  currency: z.string().describe('ISO 4217 code.'),
  status: z
    .string()
    .describe('`pending`, `processing`, `succeeded`, `failed`, `canceled`, `refunded` or `partially_refunded`.'),
})

export const toPaymentIntent = (payment: any): z.input<typeof PaymentIntent> => ({
  ...recordIn(payment),
  status: payment.status === 'cancelled' ? 'canceled' : payment.status,
})
