import type { RouteTable } from '../route.ts'

/** In the order in which people look for things; a section has the headings of `RouteTable.tag`, each with what it is about. */
const sections: [name: string, tags: Record<string, string>][] = [
  [
    'Identity',
    {
      Identity: 'Accounts, sign-in, sessions, workspaces with their members, API keys, and the audit log.',
      'Identity for Supabase clients': 'The same accounts in the form that supabase-js speaks.',
    },
  ],
  [
    'Calling',
    {
      Campaigns: 'Campaigns that call contacts by telephone: settings, start and stop, calls, reports.',
      Contacts: 'Contacts with their identities and timeline, contact lists, CSV imports, do-not-call.',
      Telephony: 'SIP providers that carry the calls, and numbers to transfer to.',
      Files: 'Greetings, and the content of files and recordings.',
    },
  ],
  [
    'Chat',
    {
      Chat: 'Chats between users: messages, reactions, polls, files, receipts, people.',
      'Video calls': 'Calls between browsers: tokens, rooms, who takes part.',
    },
  ],
  ['Receptionist', { Receptionist: 'Clients whose telephone is answered: calls, knowledge, figures.' }],
  [
    'Shop',
    {
      Shop: 'A shop for its team: products, orders, forms, conversations. Fields in camelCase.',
      'Shop front': 'A shop for its visitors, without a login. Fields in camelCase.',
      Payments: 'Payments and refunds of orders. Fields in camelCase.',
      Integrations: 'Connections to channels and other systems.',
      Webhooks: 'Where platforms and payment providers post to; not for front-ends.',
      Notifications: 'Web push. Fields in camelCase.',
    },
  ],
  [
    'Sales',
    { Sales: 'Properties, prospects, conversations, appointments, handoffs, routing. Answers are wrapped in `data`.' },
  ],
  ['Billing', { Billing: 'Plans, subscriptions, payments and invoices of a workspace.' }],
  ['Realtime', { Realtime: 'Tickets for the WebSocket at `/ws`.' }],
  ['Administration', { Administration: "For the platform's administrators: users, reports, figures." }],
]

/** The headings that this document has, with what they are about. */
export const tagsOf = (tables: RouteTable[]): { name: string; description?: string }[] => {
  const descriptions: Record<string, string> = Object.assign({}, ...sections.map(([, tags]) => tags))
  return sectionsOf(tables).flatMap(({ tags }) =>
    tags.map((name) => ({ name, ...(descriptions[name] && { description: descriptions[name] }) })),
  )
}

/** Sections by the extension that API browsers know (redocly.com/docs/api-reference-docs/specification-extensions). */
export function sectionsOf(tables: RouteTable[]): { name: string; tags: string[] }[] {
  const shown = tables.filter(({ routes }) => Object.values(routes).some((route) => !route.hidden))
  const tags = new Set(shown.map(({ tag }) => tag))
  const named = sections.map(([name, of]) => ({ name, tags: Object.keys(of).filter((tag) => tags.delete(tag)) }))
  return [...named, { name: 'Also there', tags: [...tags] }].filter((section) => section.tags.length > 0)
}
