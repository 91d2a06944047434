import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import type { CallOperation } from '../composite.ts'
import { anything } from './answers.ts'
import { configurationParts, withDefaults } from './configuration.ts'
import { Conversation, Item, Submission, submissionOfForm, toConversation, toItem, toSubmission } from './records.ts'
import { Form, toForm } from './form-fields.ts'
import { toPlanWord, toRoleWord } from './words.ts'

// oxlint-disable no-explicit-any -- what operations respond with, as JSON; the schemas beside them check the result.

/** The operations that a whole shop is made of. */
export const documentOperations = [
  'getShop',
  'getShopConfiguration',
  'listProducts',
  'listForms',
  'listFormSubmissions',
  'listOrders',
  'listConversations',
  'getSubscription',
  'getUnpaidSubscription',
] as const
type Call = CallOperation<(typeof documentOperations)[number]>

/** So that the whole shop, sent back in a PUT, has fewer values than a body may have. */
const newest = { products: '200', stockChanges: '5', orders: '200', conversations: '50', messages: '20' } as const

const Subscription = z.looseObject({
  plan: z.string().describe("The front-end's id of the plan; `Trial` for a free one and for none."),
  status: z.string().describe('`active`, `pending_approval` until a chosen plan is paid for, or `expired`.'),
  trialEndsAt: z.null().describe('Always null: there are no trials.'),
  periodEndsAt: z.number().nullable().describe('End of the paid period, in milliseconds since the Unix epoch.'),
  paymentProof: z.null().describe('Always null: proofs of payment are not kept.'),
})

/** A shop as the front-end loads and saves it: the whole of it in one document. */
export const WholeShop = z.looseObject({
  id: z.string().describe('Id of the shop.'),
  name: z.string().describe('Name of the shop.'),
  ownerId: z.string().nullable().describe('User id of the owner.'),
  currency: z.string().describe('ISO 4217 code.'),
  team: z
    .array(
      z.looseObject({
        userId: z.string().describe('User id.'),
        role: z.string().describe('`Owner`, `Admin`, `Order Manager` or `Support Agent`.'),
      }),
    )
    .describe('The members. They are invited and changed at `…/team`, not in this document.'),
  subscription: Subscription.describe('The plan. It is chosen at `…/upgrade`, not in this document.'),
  isFacebookConnected: z.boolean().describe('True when the shop receives messages of a Facebook page.'),
  integrations: z.record(z.string(), anything).describe('The connected channels, by platform.'),
  items: z.array(Item).describe('The newest products.'),
  forms: z.array(Form).describe('The newest forms.'),
  formSubmissions: z.array(Submission).describe('The newest orders and submitted forms.'),
  liveConversations: z.array(Conversation).describe('The newest conversations, each with its newest messages.'),
  ...Object.fromEntries(configurationParts.map((part) => [part, anything.describe('As the front-end saved it.')])),
})

/** Returns the result; undefined when the caller's role does not allow the operation, and for a 404. */
async function ifAllowed<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (error instanceof AppError && (error.status === 403 || error.status === 404)) return undefined
    throw error
  }
}

/** Returns the plan of the owner's shop: the active one, else the chosen one that waits for its payment. */
export async function findSubscription(
  call: CallOperation<'getSubscription' | 'getUnpaidSubscription'>,
  ownerId: string,
): Promise<any> {
  const asked = { params: { userId: ownerId } }
  return (await ifAllowed(call('getSubscription', asked))) ?? ifAllowed(call('getUnpaidSubscription', asked))
}

/** Returns a shop from the answers about its parts; a part that is not given is empty. */
export function toWholeShop(shop: any, saved: any = {}, subscription?: any): z.input<typeof WholeShop> {
  return {
    ...withDefaults(saved),
    id: shop.id,
    name: shop.name,
    description: shop.description,
    currency: shop.currency,
    role: shop.role && toRoleWord(shop.role),
    createdAt: shop.createdAt,
    updatedAt: shop.updatedAt,
    ownerId: shop.ownerId ?? null,
    team: (shop.team ?? []).map(({ role, ...member }: any) => ({ ...member, role: toRoleWord(role) })),
    subscription: toSubscription(subscription),
    integrations: shop.integrations ?? {},
    isFacebookConnected: shop.integrations?.facebook?.isConnected ?? false,
    items: [],
    forms: [],
    formSubmissions: [],
    liveConversations: [],
  }
}

/** Reads the whole of the current shop. Parts that the caller's role does not see are empty. */
export async function readWholeShop(call: Call, params: { shopId: string }): Promise<z.input<typeof WholeShop>> {
  const shop = await call('getShop', { params })
  const [saved, products, forms, orders, conversations, subscription] = await Promise.all([
    ifAllowed(call('getShopConfiguration', { params })),
    ifAllowed(call('listProducts', { params, query: { limit: newest.products, stockChanges: newest.stockChanges } })),
    ifAllowed(call('listForms', { params, query: { limit: '200' } })),
    ifAllowed(call('listOrders', { params, query: { limit: newest.orders } })),
    ifAllowed(
      call('listConversations', {
        params,
        query: { limit: newest.conversations, messages: newest.messages, notes: 'with' },
      }),
    ),
    shop.ownerId && findSubscription(call, shop.ownerId),
  ])
  const known: any[] = forms?.data ?? []
  const names = new Map<string, string>(known.map(({ id, name }) => [id, name]))
  const filledIn = await Promise.all(known.filter(({ submissionCount }) => submissionCount > 0).map(answersOf))
  return {
    ...toWholeShop(shop, saved, subscription),
    items: (products?.data ?? []).map(toItem),
    forms: known.map(toForm),
    formSubmissions: [
      ...(orders?.data ?? []).map((order: any) => toSubmission(order, names)),
      ...filledIn.flat(),
    ].toSorted((a, b) => b.submittedAt - a.submittedAt),
    liveConversations: (conversations?.data ?? []).map(toConversation),
  }

  async function answersOf(form: any) {
    const found = await ifAllowed(
      call('listFormSubmissions', { params: { ...params, formId: form.id }, query: { limit: '100' } }),
    )
    return (found?.data ?? []).map((submission: any) => submissionOfForm(submission, form))
  }
}

function toSubscription(subscription: any): z.input<typeof Subscription> {
  const base = { trialEndsAt: null, paymentProof: null, dataHistoryExtension: { status: 'active' } }
  if (!subscription) return { ...base, plan: toPlanWord(null), status: 'active', periodEndsAt: null }
  const { plan_id, status, current_period_end, pending_change } = subscription
  return {
    ...base,
    plan: toPlanWord(status === 'active' ? plan_id : null),
    status: status === 'incomplete' ? 'pending_approval' : status === 'active' ? 'active' : 'expired',
    periodEndsAt: current_period_end === null ? null : Date.parse(current_period_end),
    ...(status === 'incomplete' && { pendingPlan: toPlanWord(plan_id) }),
    ...(pending_change && { pendingPlan: toPlanWord(pending_change.plan_id) }),
  }
}
