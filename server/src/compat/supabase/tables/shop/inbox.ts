import { forbidden } from '../../../../platform/errors.ts'
import { refusedChange } from '../../failure.ts'
import { type Item, type TableView, field, fixed, owned, textOf, written } from '../table.ts'
import { shopId, shopOf, someId } from './configuration.ts'

const messagesOf = ({ messages }: Item): Item[] => messages ?? []

export const conversations: TableView = {
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

export const messages: TableView = {
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
