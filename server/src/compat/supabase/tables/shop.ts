import { forbidden } from '../../../platform/errors.ts'
import { newId } from '../../../platform/id.ts'
import { refusedChange } from '../failure.ts'
import { ofMember } from './profiles.ts'
import {
  type Env,
  type Item,
  type TableView,
  field,
  fixed,
  owned,
  ownedFields,
  reads,
  textOf,
  written,
} from './table.ts'

const newestFirst = { column: 'created_at', descending: true }
const someId = '0199b0a0-0000-7000-8000-000000000001'

const shopId = written('shopId', () => ({}))

/** The shop that a row names, or the current one. */
const shopOf = async (env: Env, shop_id: unknown): Promise<string> =>
  textOf(shop_id ?? (await env.actor()).workspaceId ?? '')

async function shopInFull({ call }: Env, id: string): Promise<Item> {
  const params = { shopId: id }
  const shop = await call('getShop', { params })
  return { ...shop, configuration: await call('getShopConfiguration', { params }) }
}

/** A part of the shop's configuration, by its path in the document. */
function configured(path: string) {
  const names = path.split('.')
  const read = (item: Item) =>
    names.reduce<unknown>((value, name) => (value as Item | null | undefined)?.[name], item.configuration)
  return written(
    (item) => read(item) ?? null,
    (value) => ({ [`configured ${path}`]: value }),
  )
}

/** The parts of the document that change: a part within another changes that one. */
function withParts(configuration: Item, changes: Item): Item {
  const parts: Item = {}
  for (const [path, value] of Object.entries(changes)) {
    const [name = '', inner] = path.split('.')
    parts[name] = inner === undefined ? value : { ...(parts[name] ?? configuration[name]), [inner]: value }
  }
  return parts
}

const shops: TableView = {
  name: 'shops',
  of: ['shop'],
  about: 'The shops of the caller. The plan, the owner and the team are not set here.',
  shop: 'id',
  columns: {
    ...ownedFields('id', 'role'),
    name: field('name', 'Silva Ceramics'),
    description: field('description'),
    currency: field('currency'),
    owner_id: owned('ownerId'),
    logo_url: configured('logoUrl'),
    custom_url_slug: configured('customUrlSlug'),
    assistant_name: configured('assistantConfig.assistantName'),
    assistant_tone: configured('assistantConfig.tone'),
    assistant_model: configured('assistantConfig.selectedModel'),
    system_prompt: configured('assistantConfig.systemPrompt'),
    primary_language: configured('assistantConfig.language'),
    response_delay: configured('assistantConfig.responseDelay'),
    subscription_plan: fixed(null, 'See the workspace’s subscription.'),
    subscription_status: fixed(null),
    trial_ends_at: fixed(null),
    period_ends_at: fixed(null),
    is_facebook_connected: owned(({ integrations }) => Boolean(integrations?.facebook?.isConnected)),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: {
    operation: 'listShops',
    also: ['getShop', 'getShopConfiguration'],
    form: 'list',
    async run(env, eq) {
      const wanted = eq.get('id')
      if (wanted !== undefined) return env.orNothing(() => shopInFull(env, wanted)).then((shop) => (shop ? [shop] : []))
      return (await env.call('listShops', { query: { limit: '200' } })).data
    },
  },
  embeds: {
    team_members: {
      table: 'team_members',
      cardinality: 'many',
      operations: ['getShop'],
      items: async ({ call }, { id, team }) => {
        const members: Item[] = team ?? (await call('getShop', { params: { shopId: id } })).team
        return members.map((member) => ({ ...member, shopId: id }))
      },
    },
    items: {
      table: 'items',
      cardinality: 'many',
      operations: ['listProducts'],
      items: async ({ call }, { id }) =>
        (await call('listProducts', { params: { shopId: id }, query: { limit: '200' } })).data,
    },
    forms: {
      table: 'forms',
      cardinality: 'many',
      operations: ['listForms'],
      items: async ({ call }, { id }) =>
        (await call('listForms', { params: { shopId: id }, query: { limit: '200' } })).data,
    },
  },
  insert: {
    operation: 'createShop',
    example: { name: 'Silva Ceramics', description: 'Mugs and bowls', currency: 'EUR' },
    run: ({ call }, _, body) => call('createShop', { body }),
  },
  update: {
    operation: 'updateShop',
    also: ['getShopConfiguration', 'updateShopConfiguration'],
    example: { name: 'Silva and Daughters', assistant_tone: 'friendly' },
    async run(env, { id, configuration }, _, given) {
      const isPart = ([name]: [string, unknown]) => name.startsWith('configured ')
      const parts = Object.fromEntries(
        Object.entries(given)
          .filter(isPart)
          .map(([name, value]) => [name.slice(11), value]),
      )
      const body = Object.fromEntries(Object.entries(given).filter((entry) => !isPart(entry)))
      const params = { shopId: textOf(id) }
      if (Object.keys(body).length > 0) await env.call('updateShop', { params, body })
      if (Object.keys(parts).length > 0)
        await env.call('updateShopConfiguration', { params, body: withParts((configuration ?? {}) as Item, parts) })
      return shopInFull(env, params.shopId)
    },
  },
  remove: { operation: 'deleteWorkspace', param: 'workspaceId' },
}

/** The roles of the shop's screens, from ours. */
const roleWords: Record<string, string> = { owner: 'owner', admin: 'admin', agent: 'support_agent' }

function toRole(value: unknown): string {
  const word = textOf(value).toLowerCase().replace(/\s+/g, '_')
  const role = { owner: 'owner', admin: 'admin', order_manager: 'agent', support_agent: 'agent', agent: 'agent' }[word]
  if (!role)
    throw refusedChange(
      `There is no role ${JSON.stringify(value)}.`,
      'Roles: Owner, Admin, Order Manager, Support Agent.',
    )
  return role
}

const teamMembers: TableView = {
  name: 'team_members',
  of: ['shop'],
  about: 'Who is in which shop. Inserting one invites a colleague; they join when they accept.',
  shop: 'shop_id',
  columns: {
    id: owned('userId'),
    shop_id: shopId,
    user_id: written('userId', (userId) => ({ userId })),
    role: written(
      ({ role }) => roleWords[role] ?? role,
      (value) => ({ role: toRole(value) }),
    ),
    created_at: owned(({ addedAt }) => addedAt ?? null),
  },
  key: 'user_id',
  list: {
    operation: 'listShops',
    also: ['listShopTeam'],
    form: 'list',
    async run(env, eq) {
      const shop = eq.get('shop_id')
      if (shop !== undefined) {
        const { data } = await env.call('listShopTeam', { params: { shopId: shop }, query: { limit: '200' } })
        return (data as Item[]).map((member) => ({ ...member, shopId: shop }))
      }
      // The shops of the caller, which is what a page asks for first.
      const { userId } = await env.actor()
      const { data } = await env.call('listShops', { query: { limit: '200' } })
      return (data as Item[]).map(({ id, role, createdAt }) => ({ shopId: id, userId, role, addedAt: createdAt }))
    },
  },
  embeds: {
    profiles: {
      table: 'profiles',
      cardinality: 'one',
      operations: ['listShopTeam'],
      items: async (env, { userId, shopId, name, email, avatarUrl }) => {
        if (name !== undefined) return [ofMember({ id: userId, name, email, avatar: avatarUrl })]
        return memberOf(env, shopId, userId)
      },
    },
    shops: {
      table: 'shops',
      cardinality: 'one',
      operations: ['getShop'],
      items: async ({ call }, { shopId }) => [await call('getShop', { params: { shopId } })],
    },
  },
  insert: {
    operation: 'inviteTeammate',
    example: { shop_id: someId, user_id: someId, role: 'support_agent' },
    async run(env, { shop_id, user_id }, { role }) {
      const shop = await shopOf(env, shop_id)
      await env.call('inviteTeammate', { params: { shopId: shop }, body: { userId: user_id, role: role ?? 'agent' } })
      return { shopId: shop, userId: user_id, role: role ?? 'agent' }
    },
  },
  update: {
    operation: 'changeTeammate',
    example: { role: 'admin' },
    run: ({ call }, { shopId, userId }, _, { role }) =>
      call('changeTeammate', { params: { shopId, userId }, body: { role } }).then((member: Item) => ({
        ...member,
        shopId,
      })),
  },
  remove: {
    operation: 'removeTeammate',
    run: ({ call }, { shopId, userId }) => call('removeTeammate', { params: { shopId, userId } }),
  },
}

/** The teams that a request has read already. */
const teams = new WeakMap<Env, Map<string, Promise<Item[]>>>()

function teamOf(env: Env, shopId: string): Promise<Item[]> {
  const known = teams.get(env) ?? new Map<string, Promise<Item[]>>()
  teams.set(env, known)
  const team =
    known.get(shopId) ??
    env.call('listShopTeam', { params: { shopId }, query: { limit: '200' } }).then(({ data }) => data as Item[])
  known.set(shopId, team)
  return team
}

async function memberOf(env: Env, shop: unknown, userId: unknown): Promise<Item[]> {
  const team = await teamOf(env, textOf(shop))
  return team
    .filter((member) => member.userId === userId)
    .map((member) => ofMember({ id: member.userId, name: member.name, email: member.email, avatar: member.avatarUrl }))
}

/** A column under another name than the operation's field. */
const as = (name: string, to: (value: unknown) => unknown = (value) => value) =>
  written(name, (value) => ({ [name]: to(value) }))

/** The day of a date or time. */
const toDay = (value: unknown) => (typeof value === 'string' ? value.slice(0, 10) : value)

export const items: TableView = {
  name: 'items',
  of: ['shop'],
  about: 'Products and services.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Espresso cup'),
    description: field('description'),
    category: field('category'),
    item_type: as('itemType'),
    facebook_subtitle: as('subtitle'),
    retail_price: as('retailPrice'),
    original_price: as('originalPrice'),
    promo_price: as('promoPrice'),
    promo_start_date: as('promoStartDate', toDay),
    promo_end_date: as('promoEndDate', toDay),
    stock: field('stock'),
    warranty: field('warranty'),
    duration: as('durationMinutes'),
    location: field('location'),
    form_id: as('formId'),
    buttons: field('buttons'),
    image_url: as('imageUrl'),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: { operation: 'listProducts', filters: { category: 'category' }, form: 'list' },
  one: { operation: 'getProduct', param: 'productId' },
  insert: {
    operation: 'createProduct',
    example: { shop_id: someId, name: 'Espresso cup', description: null, retail_price: 12.5, stock: 20 },
  },
  update: { operation: 'updateProduct', param: 'productId', example: { retail_price: 13.5 } },
  remove: { operation: 'deleteProduct', param: 'productId' },
}

const stockHistory: TableView = {
  name: 'stock_history',
  of: ['shop'],
  about: 'Changes of the stock of an item of the current shop; read with a filter on `item_id`.',
  columns: {
    id: reads('id'),
    item_id: reads('itemId'),
    shop_id: reads('shopId'),
    change: reads('change'),
    new_stock: reads('newStock'),
    reason: reads('reason'),
    changed_by: reads('userId'),
    timestamp: reads(({ timestamp }) => new Date(timestamp).toISOString()),
  },
  shop: 'shop_id',
  list: {
    operation: 'listStockChanges',
    params: { productId: 'item_id' },
    order: { column: 'timestamp', descending: true },
    form: 'list',
    items: ({ data }, eq) =>
      (data as Item[]).map((change) => ({ ...change, itemId: eq.get('item_id'), shopId: eq.get('shop_id') })),
  },
  embeds: {
    profiles: {
      table: 'profiles',
      cardinality: 'one',
      operations: ['listShopTeam'],
      items: async (env, { shopId: shop, userId }) => (userId ? memberOf(env, await shopOf(env, shop), userId) : []),
    },
  },
  refuses: {
    insert: 'Change the stock with the function update_stock.',
    update: 'The history of the stock cannot be changed.',
    remove: 'The history of the stock cannot be changed.',
  },
}

/** Field types of the shop's form builder, and ours. */
const typeWords: Record<string, string> = {
  'Short Text': 'text',
  'Text Area': 'text',
  Number: 'number',
  Email: 'email',
  Phone: 'phone',
  Date: 'date',
  Dropdown: 'select',
  'Multiple Choice': 'select',
  Checkbox: 'checkbox',
}
const typesOfOurs: Record<string, string> = {
  text: 'Short Text',
  number: 'Number',
  email: 'Email',
  phone: 'Phone',
  date: 'Date',
  select: 'Dropdown',
  checkbox: 'Checkbox',
}

const toField = (given: unknown, at: number): Item => {
  const { id, name, label, type, required, options } = (given ?? {}) as Item
  if (type !== undefined && !Object.hasOwn(typeWords, type) && !Object.hasOwn(typesOfOurs, type))
    throw refusedChange(
      `fields[${at}]: fields of the type ${JSON.stringify(type)} are not supported.`,
      `Types: ${Object.keys(typeWords).join(', ')}.`,
    )
  const key = String(name ?? id ?? `field_${at + 1}`).replace(/[^\w-]/g, '_')
  return {
    name: /^[A-Za-z]/.test(key) ? key : `f_${key}`,
    label: label ?? undefined,
    type: typeWords[type] ?? type,
    required: required ?? false,
    ...(Array.isArray(options) && options.length > 0 && { options }),
  }
}

const fromField = ({ name, label, type, required, options }: Item): Item => ({
  id: name,
  label: label ?? name,
  type: typesOfOurs[type] ?? type,
  required,
  options: options ?? [],
})

const forms: TableView = {
  name: 'forms',
  of: ['shop'],
  about: 'Forms that customers fill in.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Order form'),
    description: field('description'),
    fields: written(
      (form) => (form.fields as Item[]).map(fromField),
      (given) => ({ fields: Array.isArray(given) ? given.map(toField) : given }),
    ),
    is_active: written('isActive', (isActive) => ({ isActive })),
    submission_count: owned('submissionCount'),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: { operation: 'listForms', order: newestFirst, form: 'list' },
  one: { operation: 'getForm', param: 'formId' },
  insert: {
    operation: 'createForm',
    example: {
      shop_id: someId,
      name: 'Order form',
      fields: [{ id: 'name', label: 'Your name', type: 'Short Text', required: true }],
    },
  },
  update: { operation: 'updateForm', param: 'formId', example: { name: 'New order form' } },
  remove: { operation: 'deleteForm', param: 'formId' },
}

/** The states of an order in the shop's screens, from ours. `return` is a cancelled order there. */
const orderWords: Record<string, string> = { processing: 'confirmed' }

function toOrderStatus(value: unknown): string {
  const word = textOf(value).toLowerCase()
  const status = { confirmed: 'processing', return: 'cancelled' }[word] ?? word
  if (!['pending', 'processing', 'completed', 'cancelled'].includes(status))
    throw refusedChange(`There is no order status ${JSON.stringify(value)}.`)
  return status
}

const formSubmissions: TableView = {
  name: 'form_submissions',
  of: ['shop'],
  about: 'Orders. Names, prices and totals come from the catalogue, whatever is sent.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    submission_id: owned('id', 'The id of the order; the one that is sent is ignored.'),
    order_number: owned('orderId'),
    shop_id: shopId,
    form_id: written('formId', (formId) => (isUuid(formId) ? { formId } : {})),
    form_name: fixed('Order'),
    customer_name: written('customerName', (customerName) => ({ customerName })),
    conversation_id: written('conversationId', (conversationId) => ({ conversationId })),
    status: written(
      ({ status }) => orderWords[status] ?? status,
      (status) => ({ status: toOrderStatus(status) }),
    ),
    payment_status: owned('paymentStatus'),
    ordered_products: written(
      ({ items }) =>
        (items as Item[]).map(({ productId, productName, quantity, price }) => ({
          productId,
          productName,
          quantity,
          unitPrice: price,
        })),
      (given) => ({
        items: Array.isArray(given)
          ? given.map(({ productId, quantity }: Item) => ({ productId, quantity: quantity ?? 1 }))
          : given,
      }),
    ),
    total_amount: owned('totalAmount'),
    currency: owned('currency'),
    custom_fields: written(
      () => ({}),
      (given) => nameIn(given),
    ),
    payment_method: fixed(null),
    payment_screenshot_url: fixed(null),
    discount: fixed(null),
    submitted_at: owned('submittedAt'),
    created_at: owned('submittedAt'),
    updated_at: owned('updatedAt'),
  },
  list: {
    operation: 'listOrders',
    filters: { conversation_id: 'conversationId' },
    order: { column: 'submitted_at', descending: true },
    form: 'list',
  },
  one: { operation: 'getOrder', param: 'orderId', also: ['submission_id'] },
  insert: {
    operation: 'createOrder',
    also: ['setOrderStatus'],
    example: {
      shop_id: someId,
      form_id: someId,
      status: 'pending',
      ordered_products: [{ productId: someId, quantity: 2 }],
      custom_fields: { name: 'Omar Haddad' },
    },
    async run(env, { shop_id }, { status, customerName, ...body }) {
      const shop = await shopOf(env, shop_id)
      const order = await env.call('createOrder', {
        params: { shopId: shop },
        body: { customerName: customerName ?? 'Customer', ...body },
      })
      if (status === undefined || status === 'pending') return order
      return env.call('setOrderStatus', { params: { shopId: shop, orderId: order.id }, body: { status } })
    },
  },
  update: {
    operation: 'setOrderStatus',
    example: { status: 'Confirmed' },
    run: ({ call }, order, _, { status }) =>
      status === undefined || status === order.status
        ? Promise.resolve(order)
        : call('setOrderStatus', { params: { shopId: order.shopId, orderId: order.id }, body: { status } }),
  },
  refuses: { remove: 'Orders are kept. Set the status cancelled.' },
}

const isUuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)

/** The customer's name among the answers to a form, by the usual labels. */
function nameIn(given: unknown): Item {
  if (given === null || typeof given !== 'object') return {}
  const found = Object.entries(given).find(
    ([key, value]) => /name/i.test(key) && !/form/i.test(key) && typeof value === 'string' && value,
  )
  return found ? { customerName: found[1] } : {}
}

/** The ways to pay that a shop offers are a part of its configuration. */
async function methodsOf({ call }: Env, shop: string): Promise<Item[]> {
  const { paymentMethods } = await call('getShopConfiguration', { params: { shopId: shop } })
  return Array.isArray(paymentMethods) ? (paymentMethods as Item[]).map((method) => ({ ...method, shopId: shop })) : []
}

async function saveMethods({ call }: Env, shop: string, methods: readonly Item[]): Promise<void> {
  const paymentMethods = methods.map(({ shopId: _shop, ...method }) => method)
  await call('updateShopConfiguration', { params: { shopId: shop }, body: { paymentMethods } })
}

const maxMethods = 50

const paymentMethods: TableView = {
  name: 'payment_methods',
  of: ['shop'],
  about: 'The ways to pay that a shop shows its customers, with instructions. They charge nothing by themselves.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    name: field('name', 'Bank transfer'),
    instructions: field('instructions'),
    qr_code_url: as('qrCodeUrl'),
    requires_proof: as('requiresProof'),
    enabled: field('enabled'),
    created_at: owned('createdAt'),
  },
  list: {
    operation: 'getShopConfiguration',
    form: 'list',
    run: async (env, eq) => methodsOf(env, await shopOf(env, eq.get('shop_id'))),
  },
  insert: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    example: { shop_id: someId, name: 'Bank transfer', instructions: 'IBAN …', requires_proof: true, enabled: true },
    async run(env, { shop_id }, body) {
      const shop = await shopOf(env, shop_id)
      const methods = await methodsOf(env, shop)
      if (methods.length >= maxMethods) throw refusedChange(`A shop has at most ${maxMethods} payment methods.`)
      const createdAt = env.ctx.now().toISOString()
      const method = { enabled: true, requiresProof: false, ...body, id: newId(), createdAt, shopId: shop }
      await saveMethods(env, shop, [method, ...methods])
      return method
    },
  },
  update: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    example: { enabled: false },
    async run(env, method, _, body) {
      const changed = { ...method, ...body }
      const methods = await methodsOf(env, textOf(method.shopId))
      await saveMethods(
        env,
        textOf(method.shopId),
        methods.map((one) => (one.id === method.id ? changed : one)),
      )
      return changed
    },
  },
  remove: {
    operation: 'updateShopConfiguration',
    also: ['getShopConfiguration'],
    async run(env, { id, shopId: shop }) {
      const methods = await methodsOf(env, textOf(shop))
      await saveMethods(
        env,
        textOf(shop),
        methods.filter((one) => one.id !== id),
      )
    },
  },
}

const messagesOf = ({ messages }: Item): Item[] => messages ?? []

const conversations: TableView = {
  name: 'conversations',
  of: ['shop'],
  about:
    'The inbox. `is_live` is whether a person answers instead of the assistant; an archived conversation is closed.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    shop_id: shopId,
    customer_id: owned('customerId'),
    customer_name: written('customerName', (customerName) => ({ customerName })),
    platform: written('channel', () => ({})),
    is_live: written(
      ({ isAiActive }) => !isAiActive,
      (isLive) => ({ isAiActive: !isLive }),
    ),
    is_archived: written(
      ({ status }) => status === 'closed',
      (isArchived) => ({ status: isArchived ? 'closed' : 'open' }),
    ),
    assignee_id: written('assigneeId', (assigneeId) => ({ assigneeId })),
    tags: field('tags'),
    notes: field('notes'),
    unread_count: owned('unreadCount'),
    last_message_at: owned(({ lastMessageAt, createdAt }) => lastMessageAt ?? createdAt),
    created_at: owned('createdAt'),
    updated_at: owned('updatedAt'),
  },
  list: {
    operation: 'listConversations',
    filters: { platform: 'channel', assignee_id: 'assigneeId' },
    query: { messages: '50', order: 'recent' },
    order: { column: 'last_message_at', descending: true },
    form: 'list',
  },
  one: { operation: 'getConversation', param: 'conversationId' },
  embeds: {
    messages: { table: 'messages', cardinality: 'many', items: (_, conversation) => messagesOf(conversation) },
  },
  insert: {
    operation: 'updateConversation',
    also: ['beginVisit', 'getConversation'],
    example: { shop_id: someId, customer_name: 'Omar Haddad', platform: 'web', is_live: false, is_archived: false },
    async run(env, { shop_id, platform, customer_name, is_live }) {
      if (platform !== undefined && platform !== 'web')
        throw refusedChange('Conversations of other platforms begin with a message of the customer.')
      const shop = await shopOf(env, shop_id)
      // Anyone may begin a conversation with a shop, but only its members do so here.
      await env.call('listConversations', { params: { shopId: shop }, query: { limit: '1', messages: '0' } })
      const { conversation } = await env.call('beginVisit', {
        params: { shopId: shop },
        body: { customerName: customer_name ?? undefined },
      })
      const params = { shopId: shop, conversationId: conversation.id }
      return is_live === undefined
        ? env.call('getConversation', { params })
        : env.call('updateConversation', { params, body: { isAiActive: !is_live } })
    },
  },
  update: { operation: 'updateConversation', param: 'conversationId', example: { is_archived: true } },
  refuses: { remove: 'Conversations are kept. Archive one with is_archived.' },
}

const messages: TableView = {
  name: 'messages',
  of: ['shop'],
  about:
    'Messages of a conversation of the current shop; read with a filter on `conversation_id`. Inserting one sends it to the customer.',
  shop: 'shop_id',
  columns: {
    id: owned('id'),
    conversation_id: written('conversationId', () => ({})),
    sender: written(
      ({ sender }) => (sender === 'user' ? 'user' : 'bot'),
      (sender) => {
        if (sender === 'user') throw forbidden('Messages of customers come from them alone.')
        return {}
      },
    ),
    sender_id: owned('senderId'),
    text: written('text', (text) => ({ text: text ?? '' })),
    attachment: field('attachment'),
    status: owned('status'),
    is_note: written('internal', (internal) => ({ internal: Boolean(internal) })),
    timestamp: owned(({ timestamp }) => new Date(timestamp).toISOString()),
    created_at: owned(({ timestamp }) => new Date(timestamp).toISOString()),
    quick_replies: fixed(null),
    carousel: fixed(null),
    persistent_buttons: fixed(null),
  },
  list: {
    operation: 'listConversationMessages',
    params: { conversationId: 'conversation_id' },
    order: { column: 'timestamp', descending: true },
    form: 'list',
  },
  insert: {
    operation: 'sendConversationMessage',
    example: { conversation_id: someId, sender: 'bot', text: 'Your order is on its way.' },
    async run(env, { conversation_id }, body) {
      const { workspaceId } = await env.actor()
      const params = { shopId: textOf(workspaceId), conversationId: textOf(conversation_id) }
      return env.call('sendConversationMessage', { params, body })
    },
  },
  refuses: {
    update: 'A message that was sent cannot be changed.',
    remove: 'A message that was sent cannot be taken back.',
  },
}

export const shopTables: readonly TableView[] = [
  shops,
  teamMembers,
  items,
  stockHistory,
  forms,
  formSubmissions,
  paymentMethods,
  conversations,
  messages,
]
