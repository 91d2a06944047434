import type { RouteTable } from '../route.ts'

/** The sections in the order of the reference. Each has the headings of `RouteTable.tag`, with their descriptions. */
const sections: [name: string, tags: Record<string, string>][] = [
  [
    'Identity',
    {
      Identity: 'Accounts, sign-in, sessions, workspaces with their members, API keys, and the audit log.',
      'Identity for Supabase clients': 'The same accounts in the protocol of supabase-js.',
    },
  ],
  [
    'Calling',
    {
      Campaigns: 'Campaigns that call contacts by telephone: settings, start and stop, calls, and reports.',
      Contacts: 'Contacts with their identities and timeline, contact lists, CSV imports, and the do-not-call list.',
      Telephony: 'SIP providers that carry the calls, and transfer numbers.',
      'Call log': 'The calls of all modules in one list, with counts of each day and month.',
      Files: 'Greetings, and the content of files and recordings.',
    },
  ],
  [
    'Chat',
    {
      Chat: 'Chats between users: messages, reactions, polls, files, receipts, and people.',
      'Video calls': 'Calls between browsers: tokens, rooms, and participants.',
    },
  ],
  ['Receptionist', { Receptionist: 'Clients whose calls the receptionist answers: calls, knowledge, and analytics.' }],
  [
    'Shop',
    {
      Shop: 'Operations for the team of a shop: products, orders, forms, and conversations. Field names are in camelCase.',
      'Shop front': 'Operations for the visitors of a shop, without a login. Field names are in camelCase.',
      Payments: 'Payments and refunds of orders. Field names are in camelCase.',
      Integrations: 'Connections to channels and other systems.',
      Webhooks: 'Endpoints for the webhooks of platforms and payment providers; not for front-ends.',
      Notifications: 'Web push. Field names are in camelCase.',
    },
  ],
  [
    'Sales',
    {
      Sales:
        'Properties, prospects, conversations, appointments, handoffs, and routing. Responses are wrapped in `data`.',
    },
  ],
  ['Billing', { Billing: 'Plans, subscriptions, payments, and invoices of a workspace.' }],
  ['Realtime', { Realtime: 'Tickets for the WebSocket at `/ws`.' }],
  ['Administration', { Administration: "For the platform's administrators: users, reports, and analytics." }],
]

/** Returns the headings of this document with their descriptions. */
export const tagsOf = (tables: RouteTable[]): { name: string; description?: string }[] => {
  const descriptions: Record<string, string> = Object.assign({}, ...sections.map(([, tags]) => tags))
  return sectionsOf(tables).flatMap(({ tags }) =>
    tags.map((name) => ({ name, ...(descriptions[name] && { description: descriptions[name] }) })),
  )
}

/** Returns the sections in the form of the extension `x-tagGroups` (redocly.com/docs/api-reference-docs/specification-extensions). */
export function sectionsOf(tables: RouteTable[]): { name: string; tags: string[] }[] {
  const shown = tables.filter(({ routes }) => Object.values(routes).some((route) => !route.hidden))
  const tags = new Set(shown.map(({ tag }) => tag))
  const named = sections.map(([name, of]) => ({ name, tags: Object.keys(of).filter((tag) => tags.delete(tag)) }))
  return [...named, { name: 'Also there', tags: [...tags] }].filter((section) => section.tags.length > 0)
}
