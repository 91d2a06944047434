import type { z } from 'zod'
import type { Conversation as Thread, Message } from '../inbox/schema.ts'
import type { Member } from '../identity/index.ts'
import type { PlatformState } from '../integrations/index.ts'
import { conversationFrame, messageFrame, visitorMessageFrame } from '../inbox/index.ts'
import type { FormRow } from './forms/forms.ts'
import { toMajor } from '../../platform/money.ts'
import type { OrderRow } from './orders/row.ts'
import type { OrderChange } from './orders/orders.ts'
import type { ProductRow } from './products/products.ts'
import type { Role } from '../../platform/access.ts'
import type * as conversationSchema from './conversations/schema.ts'
import type * as formSchema from './forms/schema.ts'
import type * as schema from './schema.ts'
import type { SubmissionRow } from './forms/submissions.ts'
import type { inviteTeammate } from './team.ts'

// The shop's front-end speaks camelCase and decimal amounts. This is the only place that knows.

/** A page of rows as a page of the shop's. */
export const toList = <R, T>(page: { data: R[]; next_cursor: string | null }, toItem: (row: R) => T) => ({
  data: page.data.map(toItem),
  nextCursor: page.next_cursor,
})

export interface ShopRow {
  id: string
  name: string
  description: string | null
  currency: string
  role: Role | null
  created_at: string
  updated_at: string
  team: { user_id: string; role: Role; added_at: string }[]
}

export const toShopSummary = (row: Omit<ShopRow, 'team'>): z.input<typeof schema.ShopSummary> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  currency: row.currency,
  role: row.role,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toShop = (row: ShopRow, platforms: PlatformState[]): z.input<typeof schema.Shop> => ({
  ...toShopSummary(row),
  integrations: Object.fromEntries(
    platforms.map(({ platform, accountId, ...state }) => [platform, { ...state, pageId: accountId }]),
  ),
  ownerId: row.team.find(({ role }) => role === 'owner')?.user_id ?? null,
  team: row.team.map(({ user_id, role, added_at }) => ({ userId: user_id, role, addedAt: added_at })),
})

export const toTeammate = (row: Member): z.input<typeof schema.Teammate> => ({
  userId: row.user_id,
  name: row.name,
  email: row.email,
  avatarUrl: row.avatar_url,
  role: row.role,
  addedAt: row.created_at,
})

type Invitation = Awaited<ReturnType<typeof inviteTeammate>>

export const toInvitation = (row: Invitation): z.input<typeof schema.TeamInvitation> => ({
  id: row.id,
  email: row.email,
  role: row.role,
  token: row.token,
  acceptUrl: row.accept_url,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const toProduct = (row: ProductRow): schema.Product => ({
  id: row.id,
  shopId: row.workspace_id,
  name: row.name,
  description: row.description,
  category: row.category,
  retailPrice: toMajor(row.price_minor, row.currency),
  currency: row.currency,
  stock: row.stock,
  imageUrl: row.image_file_id ? `/api/public/shops/${row.workspace_id}/products/${row.id}/image` : row.image_url,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toPublicProduct = (row: ProductRow): z.input<typeof schema.PublicProduct> => ({
  ...toProduct(row),
  inStock: row.stock > 0,
})

export const toConversation = (row: Thread, messages: Message[]): z.input<typeof conversationSchema.Conversation> => ({
  ...conversationFrame(row),
  messages: messages.map(toChatMessage),
})

export const toChatMessage = messageFrame

export const toVisitorConversation = (
  row: Thread,
  messages: Message[],
): z.input<typeof conversationSchema.VisitorConversation> => ({
  id: row.id,
  customerName: row.customer_name,
  status: row.status,
  createdAt: row.created_at,
  messages: messages.map(visitorMessageFrame),
})

export const toOrder = (row: OrderRow): schema.Order => ({
  id: row.id,
  shopId: row.workspace_id,
  orderId: String(row.number),
  customerId: row.contact_id,
  customerName: row.customer_name,
  conversationId: row.conversation_id,
  formId: row.form_id,
  items: row.items.map((item) => ({
    productId: item.product_id,
    productName: item.product_name,
    quantity: item.quantity,
    price: toMajor(item.price_minor, row.currency),
  })),
  currency: row.currency,
  totalAmount: toMajor(row.total_minor, row.currency),
  status: row.status,
  paymentStatus: row.payment_status,
  paymentIntentId: row.payment_intent_id,
  submittedAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toOrderWithHistory = (found: {
  order: OrderRow
  history: OrderChange[]
}): z.input<typeof schema.OrderWithHistory> => ({
  ...toOrder(found.order),
  history: found.history.map((change) => ({
    kind: change.kind,
    from: change.before,
    to: change.after,
    userId: change.user_id,
    at: change.created_at,
  })),
})

export const toForm = (row: FormRow): formSchema.Form => ({
  id: row.id,
  shopId: row.workspace_id,
  name: row.name,
  description: row.description,
  fields: row.fields,
  isActive: row.is_active,
  submissionCount: row.submission_count,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export const toSubmission = (row: SubmissionRow): z.input<typeof formSchema.Submission> => ({
  id: row.id,
  formId: row.form_id,
  customerId: row.contact_id,
  values: row.values,
  submittedAt: row.created_at,
})

/** The frame that says that a form was filled in. */
export const toFormNews = (news: {
  submission_id: string
  form_id: string
  form_name: string
  contact_id: string | null
}) => ({
  id: news.submission_id,
  formId: news.form_id,
  formName: news.form_name,
  customerId: news.contact_id,
})
