import { readFileSync } from 'node:fs'
import { aText, anId, anInstant, type Shape } from '../answers.ts'

// The requests of the calling front-end's first two versions, as they send them, and what they read of each response.

/** What the front-end has stored when it sends a request. */
export interface Stored {
  /** Its session, as the login returned it. */
  session: { user: { id: string; email: string }; token?: string }
  /** Ids of records by kind, noted from earlier responses. */
  ids: Record<string, string>
}

export interface RecordedRequest {
  /** Its function in the front-end. */
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path(stored: Stored): string
  /** What stands after `Bearer`. Left out: no Authorization header. */
  bearer?(stored: Stored): string
  /** Sent as JSON. Left out: no body. */
  body?(stored: Stored): object
  form?(stored: Stored): FormData
  /** True when it names JSON as the content type, also without a body. */
  saysJson?: boolean
  /** The status that the front-end takes for the good case. */
  status: number
  /** The parts of the response that it reads. Left out: none. */
  reads?(stored: Stored): Shape
  /** The kind under which it remembers the id in the response. */
  remembers?: string
}

const password = 'correct horse battery'
const credentials = (email: string) => ({ email, password })
const userId = ({ session }: Stored) => session.user.id
const ofUser = (path: string) => (stored: Stored) => `${path}?userId=${userId(stored)}`
const byId = (path: string, kind: string) => (stored: Stored) => `${path}/${stored.ids[kind]}`
const byIdOfUser = (path: string, kind: string) => (stored: Stored) =>
  `${byId(path, kind)(stored)}?userId=${userId(stored)}`

/** Both versions send the user's id where a token belongs. */
const asUser = { bearer: userId }
/** Their common function for requests names JSON as the content type of every request without a form. */
const common = { ...asUser, saysJson: true }

const aDate = (value: unknown) => !Number.isNaN(new Date(value as string).getTime())
const aPortAsText = (value: unknown) => /^\d+$/.test(String(value))

/** The form for a provider, as the second request and its table use it. */
const provider = {
  name: 'Carrier',
  host: 'sip.example.com',
  port: '5060',
  username: 'acme',
  password: 'sip secret',
  description: 'For calls within the country',
  dateAdded: '2025-03-21T10:00:00.000Z',
  isActive: false,
}
const providerInTable: Shape = {
  id: anId,
  name: 'Carrier',
  host: 'sip.example.com',
  port: aPortAsText,
  username: 'acme',
  password: undefined,
  description: 'For calls within the country',
  dateAdded: aDate,
  isActive: false,
}

const recording = readFileSync(
  new URL('../../../server/src/modules/files/audio/fixtures/recorded.webm', import.meta.url),
)

/** The form of a greeting that Chromium recorded: a blob without a file name. */
export function recordedGreeting(owner: string): FormData {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(recording)], { type: 'audio/webm' }))
  form.append('userId', owner)
  return form
}

/** The campaign that its wizard makes. */
const wizardCampaign = ({ session, ids }: Stored) => ({
  title: 'Spring offer',
  description: '',
  contactListId: ids.contactList,
  greetingFileId: ids.greeting,
  transferNumber: '+1 555-123-4567',
  schedule: { startDate: '2090-07-01', maxConcurrentCalls: 5 },
  id: 'camp-m8x2k1',
  status: 'pending',
  progress: 0,
  totalCalls: 250,
  answeredCalls: 0,
  transferredCalls: 0,
  failedCalls: 0,
  createdAt: '2025-03-21T10:00:00.000Z',
  user_id: session.user.id,
})

const campaignInTable: Shape = {
  id: anId,
  title: 'Spring offer',
  status: 'pending',
  transfer_number: '+15551234567',
  greeting_file_url: aText,
  progress: 0,
  total_calls: 0,
  answered_calls: 0,
  transferred_calls: 0,
  failed_calls: 0,
  created_at: anInstant,
  updated_at: anInstant,
  contact_list_id: anId,
}

/** The requests after the sign-in, the same in both versions. */
const records: RecordedRequest[] = [
  {
    name: 'fetchSubscription, without a plan',
    method: 'GET',
    path: (stored) => `/subscriptions/${userId(stored)}`,
    ...asUser,
    status: 404,
  },
  {
    name: 'createLifetimeSubscription',
    method: 'POST',
    path: () => '/subscriptions',
    ...common,
    body: (stored) => ({
      user_id: userId(stored),
      plan_id: 'lifetime',
      plan_name: 'Lifetime Access',
      status: 'active',
      current_period_end: null,
    }),
    status: 201,
  },
  {
    name: 'fetchSubscription, before the plan is paid',
    method: 'GET',
    path: (stored) => `/subscriptions/${userId(stored)}`,
    ...asUser,
    status: 404,
  },
  {
    name: 'fetchUserCallCount',
    method: 'GET',
    path: (stored) => `/campaigns/call-count/${userId(stored)}`,
    ...asUser,
    status: 200,
    reads: () => ({ totalCalls: 0 }),
  },
  {
    name: 'addTransferNumber',
    method: 'POST',
    path: () => '/transfer-numbers',
    ...common,
    body: (stored) => ({
      user_id: userId(stored),
      name: 'Sales',
      phone_number: '+1 555-123-4567',
      description: null,
      call_count: 0,
    }),
    status: 201,
    reads: () => ({ id: anId }),
    remembers: 'transferNumber',
  },
  {
    name: 'fetchUserTransferNumbers',
    method: 'GET',
    path: ofUser('/transfer-numbers'),
    ...common,
    status: 200,
    reads: () => [
      {
        id: anId,
        name: 'Sales',
        phone_number: '+15551234567',
        description: null,
        created_at: anInstant,
        call_count: 0,
      },
    ],
  },
  {
    name: 'addSipProvider, whose response goes into the table',
    method: 'POST',
    path: () => '/sip-providers',
    ...common,
    body: (stored) => ({ ...provider, user_id: userId(stored) }),
    status: 201,
    reads: () => providerInTable,
    remembers: 'provider',
  },
  {
    name: 'fetchSipProviders',
    method: 'GET',
    path: ofUser('/sip-providers'),
    ...common,
    status: 200,
    reads: () => [{ ...(providerInTable as object), created_at: anInstant, active: false }],
  },
  {
    name: 'updateSipProvider',
    method: 'PUT',
    path: byId('/sip-providers', 'provider'),
    ...common,
    body: (stored) => ({ ...provider, id: stored.ids.provider, port: '5070', user_id: userId(stored) }),
    status: 200,
    reads: () => ({ ...(providerInTable as object), port: 5070 }),
  },
  {
    name: 'toggleSipProviderStatus',
    method: 'PATCH',
    path: (stored) => `${byId('/sip-providers', 'provider')(stored)}/status`,
    ...common,
    body: (stored) => ({ active: true, user_id: userId(stored) }),
    status: 200,
  },
  {
    name: 'deleteSipProvider',
    method: 'DELETE',
    path: byIdOfUser('/sip-providers', 'provider'),
    ...common,
    status: 200,
  },
  {
    name: 'uploadGreetingFile, recorded in the browser',
    method: 'POST',
    path: () => '/greeting-files',
    ...asUser,
    form: (stored) => recordedGreeting(userId(stored)),
    status: 201,
    reads: () => ({ id: anId, url: /^\/api\/files\//, filename: 'recording.webm', duration_seconds: 1 }),
    remembers: 'greeting',
  },
  {
    name: 'fetchGreetingFiles',
    method: 'GET',
    path: ofUser('/greeting-files'),
    ...common,
    status: 200,
    reads: () => [{ id: anId, filename: aText, url: aText, duration_seconds: 1, created_at: anInstant }],
  },
  {
    name: 'addContactList',
    method: 'POST',
    path: () => '/contact-lists',
    ...common,
    body: (stored) => ({ user_id: userId(stored), name: 'Customers', description: null }),
    status: 201,
    reads: () => ({ id: anId }),
    remembers: 'contactList',
  },
  {
    name: 'updateContactList',
    method: 'PUT',
    path: byId('/contact-lists', 'contactList'),
    ...common,
    body: () => ({ name: 'Customers of March', description: null }),
    status: 200,
    reads: () => ({ id: anId, contact_count: 0, created_at: anInstant }),
  },
  {
    name: 'fetchContactLists',
    method: 'GET',
    path: ofUser('/contact-lists'),
    ...common,
    status: 200,
    reads: () => [
      { id: anId, name: 'Customers of March', contact_count: 0, created_at: anInstant, updated_at: anInstant },
    ],
  },
  {
    name: 'createCampaign',
    method: 'POST',
    path: () => '/campaigns',
    ...common,
    body: wizardCampaign,
    status: 201,
    reads: ({ ids }) => ({
      ...(campaignInTable as object),
      contact_list_id: ids.contactList,
      greeting_file_id: ids.greeting,
      max_concurrent_calls: 5,
      start_at: '2090-07-01T00:00:00.000Z',
    }),
    remembers: 'campaign',
  },
  {
    name: 'fetchCampaigns',
    method: 'GET',
    path: ofUser('/campaigns'),
    ...common,
    status: 200,
    reads: () => [campaignInTable],
  },
  {
    name: 'deleteTransferNumber',
    method: 'DELETE',
    path: byIdOfUser('/transfer-numbers', 'transferNumber'),
    ...common,
    status: 200,
  },
  {
    name: 'deleteGreetingFile',
    method: 'DELETE',
    path: byIdOfUser('/greeting-files', 'greeting'),
    ...common,
    status: 200,
  },
  {
    name: 'deleteContactList',
    method: 'DELETE',
    path: byIdOfUser('/contact-lists', 'contactList'),
    ...common,
    status: 200,
  },
]

const profile: Shape = { id: anId, full_name: aText, avatar_url: null, company_name: null, is_admin: false }

const profiles = (bearer: (stored: Stored) => string, fullName: string | null): RecordedRequest[] => [
  {
    name: 'fetchUserProfile',
    method: 'GET',
    path: (stored) => `/profiles/${userId(stored)}`,
    bearer,
    status: 200,
    reads: ({ session }) => ({ ...(profile as object), email: session.user.email, full_name: fullName }),
  },
  {
    name: 'updateUserProfile',
    method: 'PATCH',
    path: (stored) => `/profiles/${userId(stored)}`,
    bearer,
    saysJson: true,
    body: () => ({ full_name: 'Ana Maria Lima', company_name: 'Lima Lda' }),
    status: 200,
  },
]

const affiliate: RecordedRequest = {
  name: 'setUserAsAffiliate',
  method: 'POST',
  path: (stored) => `/profiles/${userId(stored)}/affiliate`,
  ...asUser,
  status: 200,
}

const logout = (bearer: (stored: Stored) => string): RecordedRequest => ({
  name: 'signOut',
  method: 'POST',
  path: () => '/auth/logout',
  bearer,
  saysJson: true,
  status: 200,
})

const signIn = (email: string, reads: Shape): RecordedRequest => ({
  name: 'signIn',
  method: 'POST',
  path: () => '/auth/login',
  saysJson: true,
  body: () => credentials(email),
  status: 200,
  reads: () => ({ session: reads }),
})

export interface Version {
  name: string
  requests(email: string): RecordedRequest[]
}

/** The first signs up with a name and reads no session from it; the second reads `session`, and `token` in it. */
export const versions: Version[] = [
  {
    name: 'first version',
    requests: (email) => [
      {
        name: 'signUp',
        method: 'POST',
        path: () => '/auth/signup',
        saysJson: true,
        body: () => ({ ...credentials(email), metadata: { full_name: 'Ana Lima' } }),
        status: 201,
      },
      signIn(email, { user: { id: anId, email }, expires_at: (value: unknown) => Number(value) > Date.now() / 1000 }),
      ...profiles(userId, 'Ana Lima'),
      affiliate,
      ...records,
      logout(userId),
    ],
  },
  {
    name: 'second version',
    requests: (email) => [
      {
        name: 'signUp',
        method: 'POST',
        path: () => '/auth/signup',
        saysJson: true,
        body: () => credentials(email),
        status: 201,
        reads: () => ({ session: { user: { id: anId, email }, token: aText } }),
      },
      signIn(email, { user: { id: anId, email }, token: aText }),
      ...profiles(({ session }) => session.token ?? '', null),
      affiliate,
      ...records,
      logout(({ session }) => session.token ?? ''),
    ],
  },
]
