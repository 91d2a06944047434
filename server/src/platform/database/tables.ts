// Written by `npm run generate` from the migrations; change those.
import type { ColumnType, GeneratedAlways } from 'kysely'

type Generated<T> =
  T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : ColumnType<T, T | undefined, T>
/** Read as ISO 8601 with `Z`. */
type Timestamp = ColumnType<string, string | Date, string | Date>
/** Written as JSON text, because `pg` would send an array as a PostgreSQL array. */
type Json = ColumnType<unknown, string, string>

export interface AdministrationReports {
  id: string
  reporter_id: string
  subject_type: string
  subject_id: string
  reported_user_id: string | null
  quote: string | null
  reason: string
  details: string | null
  status: Generated<string>
  note: string | null
  handled_by: string | null
  handled_at: Timestamp | null
  created_at: Generated<Timestamp>
}

export interface BillingInvoiceNumbers {
  only_row: Generated<boolean>
  last: number
}

export interface BillingInvoices {
  id: string
  workspace_id: Generated<string>
  number: number
  subscription_id: string
  user_id: string
  plan_id: string
  paypal_invoice_id: string | null
  amount: string
  currency: string
  lines: Json
  status: Generated<string>
  period_start: Timestamp
  period_end: Timestamp
  due_date: Timestamp
  payment_id: string | null
  paid_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface BillingPayments {
  id: string
  workspace_id: Generated<string>
  user_id: string
  plan_id: string
  amount: string
  currency: string
  payment_method: string
  payment_details: Generated<Json>
  status: Generated<string>
  created_at: Generated<Timestamp>
}

export interface BillingSubscriptions {
  id: string
  workspace_id: Generated<string>
  user_id: string
  plan_id: string
  plan_name: string
  status: string
  current_period_end: Timestamp | null
  next_plan_id: string | null
  next_plan_name: string | null
  cancelled_at: Timestamp | null
  paypal_subscription_id: string | null
  paypal_plan_id: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  paid_once_at: Timestamp | null
}

export interface CampaignsAttempts {
  id: string
  workspace_id: Generated<string>
  campaign_id: string
  target_id: string
  number: number
  channel: Generated<string>
  node_id: string
  sip_provider_id: string | null
  phone_number: string
  caller_id: string | null
  status: Generated<string>
  invite_at: Timestamp
  ringing_at: Timestamp | null
  answered_at: Timestamp | null
  key: string | null
  transfer_number: string | null
  transferred_at: Timestamp | null
  ended_at: Timestamp | null
  duration_seconds: number | null
  cause: string | null
  sip_status: number | null
  recording_file_id: string | null
  rate: Json | null
  transfer_rate: Json | null
  reserved_micros: Generated<number>
  cost_micros: number | null
  quality: Json | null
}

export interface CampaignsCallSums {
  workspace_id: Generated<string>
  quarter: Timestamp
  calls: Generated<number>
  answered: Generated<number>
  seconds: Generated<number>
  cost_micros: Generated<number>
}

export interface CampaignsCampaigns {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  title: string
  description: string | null
  segment: string | null
  channels: Generated<string[]>
  status: Generated<string>
  status_reason: string | null
  contact_list_id: string | null
  sip_provider_id: string | null
  greeting_id: string | null
  transfer_number: string | null
  caller_id: string | null
  calling_hours: Json | null
  key_map: Json
  retry: Json
  max_concurrent_calls: number
  calls_per_second: string
  ring_timeout_seconds: number
  voicemail: string
  record: boolean
  contacts: Generated<number>
  finished_contacts: Generated<number>
  attempts: Generated<number>
  total_calls: Generated<number>
  answered_calls: Generated<number>
  transferred_calls: Generated<number>
  failed_calls: Generated<number>
  booked_appointments: Generated<number>
  progress: GeneratedAlways<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  started_at: Timestamp | null
  ended_at: Timestamp | null
  transfer_wait_seconds: Generated<number>
  hold_greeting_id: string | null
  apology_greeting_id: string | null
  transfers_requested: Generated<number>
  transfers_waiting: Generated<number>
  transfers_waited: Generated<number>
  transfers_lost: Generated<number>
  transfer_wait_ms: Generated<number>
  longest_transfer_wait_ms: Generated<number>
  enrol_after: string | null
  cost_micros: Generated<number>
  start_at: Timestamp | null
  transfer_numbers: Generated<string[]>
  transfer_order: Generated<string>
  target_city: string | null
  agent_persona: string | null
  messages_sent: Generated<number>
  messages_answered: Generated<number>
  messages_clicked: Generated<number>
}

export interface CampaignsTargets {
  id: Generated<string>
  workspace_id: Generated<string>
  campaign_id: string
  contact_id: string | null
  phone_number: string
  zones: string[]
  status: Generated<string>
  attempts: Generated<number>
  next_attempt_at: Timestamp
  deferred_from: Timestamp | null
  node_id: string | null
  last_attempt_id: string | null
  answered_at: Timestamp | null
  transferred_at: Timestamp | null
  finished_at: Timestamp | null
  cause: string | null
  created_at: Generated<Timestamp>
  transfer_requested_at: Timestamp | null
  transfer_wait_began_at: Timestamp | null
  transfer_wait_ended_at: Timestamp | null
  transfer_wait_ms: Generated<number>
  transfer_lost: Generated<boolean>
}

export interface CampaignsTestCalls {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  campaign_id: string | null
  sip_provider_id: string | null
  greeting_id: string | null
  hold_greeting_id: string | null
  apology_greeting_id: string | null
  phone_number: string
  caller_id: string
  key_map: Json
  transfer_numbers: string[]
  ring_timeout_seconds: number
  transfer_wait_seconds: number
  status: Generated<string>
  node_id: string | null
  created_at: Generated<Timestamp>
  invite_at: Timestamp | null
  ringing_at: Timestamp | null
  answered_at: Timestamp | null
  key: string | null
  transfer_number: string | null
  transferred_at: Timestamp | null
  ended_at: Timestamp | null
  duration_seconds: number | null
  cause: string | null
  sip_status: number | null
  rate: Json | null
  transfer_rate: Json | null
  reserved_micros: Generated<number>
  cost_micros: number | null
  quality: Json | null
}

export interface ChatBallots {
  poll_id: string
  chat_id: string
  user_id: Generated<string>
  option_ids: string[]
  voted_at: Generated<Timestamp>
}

export interface ChatBlocks {
  user_id: Generated<string>
  blocked_id: string
  created_at: Generated<Timestamp>
}

export interface ChatChats {
  id: string
  type: string
  name: string | null
  avatar_url: string | null
  dm_low: string | null
  dm_high: string | null
  created_by: string
  last_number: Generated<number>
  activity_id: string
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ChatFiles {
  id: string
  user_id: Generated<string>
  filename: string
  mime_type: string
  size_bytes: number
  sha256: string
  storage_key: string
  detached_at: Timestamp | null
  created_at: Generated<Timestamp>
}

export interface ChatFinds {
  finder_id: string
  found_id: string
  found_at: Generated<Timestamp>
}

export interface ChatMembers {
  chat_id: string
  user_id: string
  role: Generated<string>
  archived: Generated<boolean>
  hidden: Generated<boolean>
  delivered_number: Generated<number>
  read_number: Generated<number>
  unread_gone: Generated<number>
  joined_at: Generated<Timestamp>
}

export interface ChatMessages {
  id: string
  chat_id: string
  number: number
  sender_id: Generated<string>
  type: string
  content: string | null
  file_id: string | null
  reply_to: string | null
  visibility: Generated<string>
  encrypted: Generated<boolean>
  client_id: string | null
  expires_at: Timestamp | null
  created_at: Generated<Timestamp>
  edited_at: Timestamp | null
  deleted_at: Timestamp | null
  search: GeneratedAlways<string | null>
  duration_ms: number | null
}

export interface ChatPolls {
  id: string
  message_id: string
  chat_id: string
  question: string
  options: Json
  multiple: boolean
  anonymous: boolean
  closes_at: Timestamp | null
  created_by: Generated<string>
  created_at: Generated<Timestamp>
}

export interface ChatPresence {
  user_id: string
  node_id: string
  away: Generated<boolean>
  online_until: Timestamp
}

export interface ChatProfiles {
  user_id: Generated<string>
  about: string | null
  pronouns: string | null
}

export interface ChatReactions {
  message_id: string
  chat_id: string
  user_id: Generated<string>
  emoji: string
  created_at: Generated<Timestamp>
}

export interface ChatStatuses {
  user_id: Generated<string>
  text: string
  expires_at: Timestamp | null
}

export interface ChatViews {
  message_id: string
  chat_id: string
  user_id: Generated<string>
  viewed_at: Generated<Timestamp>
}

export interface ContactsContactTags {
  workspace_id: Generated<string>
  tag: string
  contact_id: string
}

export interface ContactsContacts {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  first_name: Generated<string>
  last_name: Generated<string>
  phone_number: string | null
  email: string | null
  notes: string | null
  time_zone: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  search: GeneratedAlways<string>
  tags: Generated<string[]>
  custom_fields: Generated<Json>
}

export interface ContactsDoNotCall {
  id: string
  workspace_id: Generated<string>
  phone_number: string
  reason: string | null
  created_at: Generated<Timestamp>
}

export interface ContactsIdentities {
  id: Generated<string>
  workspace_id: Generated<string>
  contact_id: string
  kind: string
  value: string
  created_at: Generated<Timestamp>
}

export interface ContactsImportFaults {
  workspace_id: Generated<string>
  import_id: string
  line: number
  message: string
  cells: string[]
}

export interface ContactsImports {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  contact_list_id: string | null
  status: Generated<string>
  filename: string
  storage_key: string
  form: Json
  error: string | null
  total: Generated<number>
  done: Generated<number>
  created: Generated<number>
  merged: Generated<number>
  failed: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ContactsListItems {
  id: string
  workspace_id: Generated<string>
  contact_list_id: string
  contact_id: string
  created_at: Generated<Timestamp>
}

export interface ContactsLists {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  name: string
  description: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ContactsMergedContacts {
  workspace_id: Generated<string>
  old_id: string
  contact_id: string
  merged_at: Generated<Timestamp>
}

export interface ContactsTimeline {
  workspace_id: Generated<string>
  contact_id: string
  event_id: string
  kind: string
  title: string
  subject_kind: string
  subject_id: string
  details: Generated<Json>
  occurred_at: Generated<Timestamp>
}

export interface FilesFiles {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string | null>
  filename: string
  mime_type: string
  size_bytes: number
  sha256: string
  storage_key: string
  created_at: Generated<Timestamp>
}

export interface FilesGreetings {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  file_id: string
  filename: string
  duration_seconds: number
  telephone_storage_key: string
  created_at: Generated<Timestamp>
}

export interface FilesObjects {
  id: string
  workspace_id: Generated<string>
  bucket: string
  path: string
  file_id: string
  is_public: boolean
  user_id: Generated<string | null>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface IdentityApiKeys {
  id: string
  workspace_id: Generated<string>
  created_by: Generated<string>
  name: string
  key_hash: Buffer
  prefix: string
  scopes: string[]
  created_at: Generated<Timestamp>
  expires_at: Timestamp | null
  last_used_at: Timestamp | null
  revoked_at: Timestamp | null
}

export interface IdentityAttempts {
  key: string
  times: Generated<Timestamp[]>
  forgotten_at: Generated<Timestamp>
}

export interface IdentityAuditLog {
  id: string
  workspace_id: Generated<string | null>
  user_id: Generated<string | null>
  action: string
  target: string | null
  details: Generated<Json>
  address: string | null
  created_at: Generated<Timestamp>
}

export interface IdentityAuthCodes {
  code_hash: Buffer
  user_id: string
  code_challenge: string
  sealed_session: string
  expires_at: Timestamp
}

export interface IdentityAuthenticatorApps {
  id: string
  user_id: string
  sealed_secret: string
  confirmed_at: Timestamp | null
  last_step: Generated<number>
  created_at: Generated<Timestamp>
}

export interface IdentityCodes {
  user_id: string
  purpose: string
  code_hash: Buffer
  tries: Generated<number>
  created_at: Generated<Timestamp>
  expires_at: Timestamp
  new_address: string | null
}

export interface IdentityEmailChanges {
  user_id: string
  new_email: string
  confirmed_at: Timestamp | null
  approved_at: Timestamp | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp
}

export interface IdentityIdentities {
  id: string
  user_id: string
  provider: string
  issuer: string
  subject: string
  email: string | null
  created_at: Generated<Timestamp>
  last_used_at: Generated<Timestamp>
}

export interface IdentityInvitations {
  id: string
  workspace_id: Generated<string>
  email: string
  role: string
  token_hash: Buffer
  invited_by: Generated<string>
  created_at: Generated<Timestamp>
  expires_at: Timestamp
  accepted_at: Timestamp | null
}

export interface IdentityMailedProofs {
  id: string
  purpose: string
  user_id: string | null
  address: string
  token_hash: Buffer
  code_hash: Buffer
  tries: Generated<number>
  code_challenge: string | null
  metadata: Generated<Json>
  created_at: Generated<Timestamp>
  expires_at: Timestamp
}

export interface IdentityMembers {
  workspace_id: Generated<string>
  user_id: string
  role: string
  created_at: Generated<Timestamp>
}

export interface IdentityOauthAttempts {
  state_hash: Buffer
  browser_hash: Buffer
  provider: string
  return_to: string
  in_popup: boolean
  expires_at: Timestamp
  for_supabase: Generated<boolean>
  code_challenge: string | null
}

export interface IdentityPasskeyChallenges {
  bound_to: string
  challenge: string
  expires_at: Timestamp
}

export interface IdentityPasskeys {
  id: string
  user_id: string
  name: string
  credential_id: string
  public_key: Buffer
  counter: number
  transports: string[]
  created_at: Generated<Timestamp>
  last_used_at: Timestamp | null
}

export interface IdentityPasswordResets {
  token_hash: Buffer
  user_id: string
  code_challenge: string | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp
}

export interface IdentityPendingSignIns {
  token_hash: Buffer
  user_id: string
  recovery_minutes: number | null
  tries: Generated<number>
  created_at: Generated<Timestamp>
  expires_at: Timestamp
}

export interface IdentityRecoveryCodes {
  id: string
  user_id: string
  code_hash: Buffer
  created_at: Generated<Timestamp>
  used_at: Timestamp | null
}

export interface IdentitySessions {
  id: string
  user_id: string
  generation: Generated<number>
  refresh_key: string
  rotated_at: Generated<Timestamp>
  user_agent: string | null
  ip: string | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp
  idle_expires_at: Timestamp
  revoked_at: Timestamp | null
  recovery_until: Timestamp | null
  workspace_id: string | null
  member_role: string | null
  is_platform_admin: Generated<boolean>
  is_suspended: Generated<boolean>
}

export interface IdentityUsers {
  id: string
  email: string
  password_hash: string | null
  full_name: string | null
  username: string | null
  display_name: string | null
  phone: string | null
  avatar_url: string | null
  company_name: string | null
  is_admin: Generated<boolean>
  is_affiliate: Generated<boolean>
  email_verified: Generated<boolean>
  phone_verified: Generated<boolean>
  suspended_at: Timestamp | null
  current_workspace_id: string | null
  last_active_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  email_verified_at: Timestamp | null
  phone_verified_at: Timestamp | null
  banned_at: Timestamp | null
  metadata: Generated<Json>
  deleted_at: Timestamp | null
}

export interface IdentityWorkspaces {
  id: string
  name: string
  default_country: Generated<string>
  currency: Generated<string>
  time_zone: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  deleted_at: Timestamp | null
  preferences: Generated<Json>
}

export interface InboxCallSums {
  workspace_id: Generated<string>
  quarter: Timestamp
  calls: Generated<number>
  answered: Generated<number>
  seconds: Generated<number>
}

export interface InboxConversationTags {
  workspace_id: Generated<string>
  tag: string
  conversation_id: string
  recent_at: Timestamp
}

export interface InboxConversations {
  id: string
  workspace_id: Generated<string>
  contact_id: string
  customer_name: Generated<string>
  channel: string
  external_id: string | null
  status: Generated<string>
  assignee_id: string | null
  tags: Generated<string[]>
  notes: string | null
  is_ai_active: Generated<boolean>
  subject: string | null
  message_count: Generated<number>
  unread_count: Generated<number>
  last_message_text: string | null
  last_message_at: Timestamp | null
  recent_at: Generated<Timestamp>
  campaign_id: string | null
  outcome: string | null
  sentiment: string | null
  transcript: string | null
  ai_confidence: string | null
  handoff_suggested: Generated<boolean>
  duration_seconds: number | null
  occurred_at: Generated<Timestamp>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  search: GeneratedAlways<string | null>
  ai_confidence_level: string | null
  stated_message_count: number | null
}

export interface InboxMessages {
  id: string
  workspace_id: Generated<string>
  conversation_id: string
  sender: string
  sender_id: string | null
  text: Generated<string>
  attachment: Json | null
  status: Generated<string>
  error: string | null
  external_id: string | null
  client_id: string | null
  created_at: Generated<Timestamp>
  internal: Generated<boolean>
  search: GeneratedAlways<string | null>
}

export interface IntegrationsConnections {
  id: string
  workspace_id: Generated<string>
  platform: string
  type: string
  name: string
  status: Generated<string>
  error: string | null
  account_id: string | null
  account_name: string | null
  secrets_sealed: string | null
  expires_at: Timestamp | null
  settings: Generated<Json>
  last_sync: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  icon: string | null
  secret_settings: Generated<string[]>
}

export interface IntegrationsCredentials {
  id: string
  workspace_id: Generated<string>
  provider: string
  fields_sealed: string
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface IntegrationsOauthAttempts {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  platform: string
  opener_origin: string
  ticket_hash: Buffer
  state_hash: Buffer | null
  browser_hash: Buffer | null
  expires_at: Timestamp
}

export interface NotificationsPushSubscriptions {
  id: string
  user_id: string
  endpoint: string
  p256dh: Buffer
  auth: Buffer
  created_at: Generated<Timestamp>
  session_id: string | null
}

export interface PlatformEvents {
  sequence: GeneratedAlways<number>
  id: string
  transaction_id: Generated<string>
  workspace_id: Generated<string | null>
  type: string
  data: Json
  topics: Generated<string[]>
  created_at: Generated<Timestamp>
}

export interface PlatformFailedEvents {
  subscriber: string
  event_id: string
  workspace_id: string | null
  type: string
  data: Json
  error: string
  failed_at: Generated<Timestamp>
}

export interface PlatformIdempotencyKeys {
  principal: string
  workspace_id: string | null
  method: string
  path: string
  key: string
  body_hash: Buffer
  status: number | null
  answer: string | null
  answer_type: string | null
  locked_until: Timestamp
  created_at: Generated<Timestamp>
  effect_id: Generated<string>
}

export interface PlatformInstallationKeys {
  purpose: string
  key_name: string
  fingerprint: string
  since: Generated<Timestamp>
}

export interface PlatformOutgoingMessages {
  id: string
  channel: string
  recipient: string
  subject: string | null
  sealed_text: string | null
  status: Generated<string>
  attempts: Generated<number>
  error: string | null
  created_at: Generated<Timestamp>
  expires_at: Timestamp | null
  sent_at: Timestamp | null
  on_behalf_of: string | null
}

export interface PlatformSubscribers {
  name: string
  transaction_id: string
  sequence: number
  updated_at: Generated<Timestamp>
}

export interface RealtimeTickets {
  hash: Buffer
  user_id: Generated<string>
  session_id: string
  expires_at: Generated<Timestamp>
}

export interface ReceptionistCallSums {
  workspace_id: Generated<string>
  client_id: string | null
  quarter: Timestamp | null
  calls: Generated<number>
  seconds: Generated<string>
  judged: Generated<number>
  successes: Generated<number>
  positive: Generated<number>
  neutral: Generated<number>
  negative: Generated<number>
  stt_ms: Generated<number>
  stt_calls: Generated<number>
  llm_ms: Generated<number>
  llm_calls: Generated<number>
  tts_ms: Generated<number>
  tts_calls: Generated<number>
}

export interface ReceptionistCalls {
  id: string
  workspace_id: Generated<string>
  client_id: string
  contact_id: string | null
  caller_phone: string | null
  caller_name: string | null
  duration_seconds: Generated<string>
  stt_latency_ms: number | null
  llm_latency_ms: number | null
  tts_latency_ms: number | null
  transcript: string | null
  sentiment: string | null
  success: boolean | null
  recording_url: string | null
  notes: string | null
  started_at: Generated<Timestamp>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  status: Generated<string>
  booked: Generated<boolean>
  revenue_value: string | null
  currency: string | null
}

export interface ReceptionistClients {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  name: string
  phone_number: string | null
  profession: string | null
  voice_id: string | null
  voice_name: string | null
  system_prompt: string | null
  is_active: Generated<boolean>
  deleted_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  location: string | null
  description: string | null
}

export interface ReceptionistKnowledge {
  id: string
  workspace_id: Generated<string>
  client_id: string
  title: string
  content: string
  created_at: Generated<Timestamp>
}

export interface ReceptionistOnboardings {
  workspace_id: Generated<string>
  user_id: Generated<string>
  answers: Generated<Json>
  completed_steps: Generated<number[]>
  client_id: string | null
  completed_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ReceptionistPassages {
  workspace_id: Generated<string>
  knowledge_id: string
  client_id: string
  number: number
  text: string
  words: GeneratedAlways<string>
  embedding: number[] | null
  embedding_model: string | null
}

export interface SalesAgentActions {
  id: string
  workspace_id: Generated<string>
  conversation_id: string
  type: string
  description: string | null
  status: Generated<string>
  details: Generated<Json>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesAppointmentChanges {
  id: string
  workspace_id: Generated<string>
  appointment_id: string
  status: string
  scheduled_date: Timestamp
  duration_minutes: number
  assigned_rep_id: string | null
  reason: string | null
  changed_by: Generated<string | null>
  created_at: Generated<Timestamp>
}

export interface SalesAppointments {
  id: string
  workspace_id: Generated<string>
  prospect_id: string
  property_id: string | null
  property_name: string | null
  assigned_rep_id: string | null
  scheduled_date: Timestamp
  duration_minutes: Generated<number>
  slot: GeneratedAlways<string>
  location: string | null
  status: Generated<string>
  notes: string | null
  source_channel: string | null
  conversation_id: string | null
  campaign_id: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesDetectedEntities {
  id: string
  workspace_id: Generated<string>
  conversation_id: string
  message_id: string | null
  type: string
  value: string
  confidence: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesHandoffs {
  id: string
  workspace_id: Generated<string>
  prospect_id: string
  conversation_id: string | null
  appointment_id: string | null
  prospect_name: string
  prospect_phone: string | null
  prospect_email: string | null
  prospect_whatsapp: string | null
  priority: string
  reason: string
  reasons: Generated<string[]>
  summary: string | null
  detected_needs: Generated<string[]>
  suggested_properties: Generated<string[]>
  suggestions: Generated<Json>
  qualification_score: Json | null
  conversation_context: string | null
  next_steps: Generated<string[]>
  status: Generated<string>
  assigned_to: string | null
  assignment_reason: string | null
  claimed_by: string | null
  claimed_at: Timestamp | null
  completed_at: Timestamp | null
  outcome: string | null
  expires_at: Timestamp
  source_channel: string | null
  suggested_follow_up_channel: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesInterests {
  id: string
  workspace_id: Generated<string>
  prospect_id: string
  property_id: string
  note: string | null
  created_at: Generated<Timestamp>
}

export interface SalesLiveConversations {
  conversation_id: string
  workspace_id: Generated<string>
  status: Generated<string>
  stage: string | null
  intent: string | null
  sentiment: string | null
  ai_confidence: string | null
  next_action: string | null
  state: Generated<Json>
  started_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  ai_confidence_level: string | null
}

export interface SalesPlanSteps {
  id: string
  workspace_id: Generated<string>
  conversation_id: string
  position: number
  description: string
  status: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesProperties {
  id: string
  workspace_id: Generated<string>
  name: string
  city: string | null
  city_key: GeneratedAlways<string | null>
  price: string | null
  currency: string
  price_range: string | null
  price_from: string | null
  price_to: string | null
  bedrooms: number | null
  type: string | null
  status: Generated<string>
  image_url: string | null
  description: string | null
  features: Generated<string[]>
  search: GeneratedAlways<string | null>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesProspects {
  contact_id: string
  workspace_id: Generated<string>
  place: string
  status: Generated<string>
  budget: string | null
  budget_min: string | null
  budget_max: string | null
  budget_currency: string | null
  city: string | null
  city_key: GeneratedAlways<string | null>
  timeline: string | null
  timeline_days: number | null
  preferred_channel: string | null
  language: string | null
  source_channel: string | null
  assigned_to: string | null
  assignment_reason: string | null
  search: string
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  primary_segment: string | null
  property_type_pref: string | null
  beds_min: number | null
  consent_status: Generated<string>
}

export interface SalesQualificationScores {
  id: string
  workspace_id: Generated<string>
  prospect_id: string
  conversation_id: string | null
  total: number
  parts: Json
  source: string
  notes: string | null
  scored_by: Generated<string | null>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesReviews {
  id: string
  workspace_id: Generated<string>
  conversation_id: string
  message_id: string | null
  note: string | null
  score: number | null
  reviewed_by: Generated<string | null>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface SalesRoutingRules {
  id: string
  workspace_id: Generated<string>
  name: string
  active: Generated<boolean>
  position: Generated<number>
  applies_to: Generated<string[]>
  conditions: Generated<Json>
  strategy: string
  member_ids: string[]
  turns: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ShopConfigurations {
  workspace_id: Generated<string>
  document: Json
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ShopFormSubmissions {
  id: string
  workspace_id: Generated<string>
  form_id: string
  contact_id: string | null
  values: Json
  created_at: Generated<Timestamp>
}

export interface ShopForms {
  id: string
  workspace_id: Generated<string>
  name: string
  description: string | null
  fields: Json
  is_active: Generated<boolean>
  submission_count: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ShopLedgerEntries {
  id: string
  workspace_id: Generated<string>
  posting_id: string
  payment_id: string
  refund_id: string | null
  account: string
  amount_minor: number
  currency: string
  created_at: Generated<Timestamp>
}

export interface ShopOrderChanges {
  id: string
  workspace_id: Generated<string>
  order_id: string
  kind: string
  before: string
  after: string
  user_id: Generated<string | null>
  created_at: Generated<Timestamp>
  reason: string | null
}

export interface ShopOrderItems {
  workspace_id: Generated<string>
  order_id: string
  position: number
  product_id: string
  product_name: string
  price_minor: number
  quantity: number
}

export interface ShopOrders {
  id: string
  workspace_id: Generated<string>
  number: number
  contact_id: string | null
  customer_name: string
  conversation_id: string | null
  form_id: string | null
  currency: string
  total_minor: number
  status: Generated<string>
  payment_status: Generated<string>
  payment_intent_id: string | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  email: string | null
  reserved_until: Timestamp | null
  placed_from: string | null
}

export interface ShopPaymentEvents {
  id: string
  workspace_id: Generated<string>
  payment_id: string
  kind: string
  before: string
  after: string
  details: Generated<Json>
  user_id: Generated<string | null>
  created_at: Generated<Timestamp>
}

export interface ShopPaymentWebhooks {
  workspace_id: Generated<string>
  provider: string
  event_id: string
  type: string
  received_at: Generated<Timestamp>
}

export interface ShopPayments {
  id: string
  workspace_id: Generated<string>
  order_id: string
  provider: string
  provider_ref: string | null
  capture_ref: string | null
  currency: string
  amount_minor: number
  refund_reserved_minor: Generated<number>
  refunded_minor: Generated<number>
  status: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ShopProducts {
  id: string
  workspace_id: Generated<string>
  name: string
  description: string | null
  category: string | null
  price_minor: number
  currency: string
  stock: Generated<number>
  image_url: string | null
  image_file_id: string | null
  archived_at: Timestamp | null
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  item_type: Generated<string>
  subtitle: string | null
  original_price_minor: number | null
  promo_price_minor: number | null
  promo_starts_on: string | null
  promo_ends_on: string | null
  warranty: string | null
  duration_minutes: number | null
  location: string | null
  buttons: Generated<Json>
  form_id: string | null
}

export interface ShopRefunds {
  id: string
  workspace_id: Generated<string>
  payment_id: string
  provider_ref: string | null
  amount_minor: number
  status: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface ShopShops {
  workspace_id: Generated<string>
  description: string | null
  last_order_number: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  name: string
  order_mails: Generated<boolean>
  reserve_stock_minutes: Generated<number>
}

export interface ShopStockChanges {
  id: string
  workspace_id: Generated<string>
  product_id: string
  change: number
  stock_after: number
  reason: string
  user_id: Generated<string | null>
  created_at: Generated<Timestamp>
}

export interface TelephonyCallRates {
  id: string
  workspace_id: Generated<string>
  prefix: string
  price_per_minute_micros: number
  connection_fee_micros: Generated<number>
  first_increment_seconds: Generated<number>
  next_increment_seconds: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface TelephonyCallUsage {
  workspace_id: Generated<string>
  day: string
  calls: Generated<number>
  seconds: Generated<number>
  cost_micros: Generated<number>
}

export interface TelephonyCallingLimits {
  workspace_id: Generated<string>
  allowed_countries: string[] | null
  blocked_prefixes: Generated<string[]>
  allow_premium: Generated<boolean>
  max_minutes_per_day: number | null
  max_minutes_per_month: number | null
  max_concurrent_calls: number | null
  min_minutes_between_calls: Generated<number>
  updated_at: Generated<Timestamp>
  max_spend_per_day_micros: number | null
  max_spend_per_month_micros: number | null
}

export interface TelephonyNodes {
  id: string
  name: string
  place: string | null
  pid: number
  started_at: Generated<Timestamp>
  lease_until: Timestamp
}

export interface TelephonyNumberZones {
  prefix: string
  zones: string[]
}

export interface TelephonySipProviders {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  name: string
  host: string
  port: number
  username: string
  password_sealed: string
  active: Generated<boolean>
  transport: Generated<string>
  register: Generated<boolean>
  caller_ids: Generated<string[]>
  max_concurrent_calls: Generated<number>
  calls_per_second: Generated<string>
  transfer_mode: Generated<string>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
  description: string | null
}

export interface TelephonyTransferNumbers {
  id: string
  workspace_id: Generated<string>
  user_id: Generated<string>
  name: string
  phone_number: string
  description: string | null
  call_count: Generated<number>
  created_at: Generated<Timestamp>
  updated_at: Generated<Timestamp>
}

export interface TelephonyTrunks {
  workspace_id: Generated<string>
  sip_provider_id: string
  node_id: string
  state: Generated<Json>
  state_changed_at: Generated<Timestamp>
}

export interface VideoCalls {
  id: string
  chat_id: string | null
  workspace_id: string | null
  room_name: string
  initiator_id: Generated<string>
  provider: string
  status: string
  started_at: Generated<Timestamp>
  ring_expires_at: Timestamp
  answered_at: Timestamp | null
  ended_at: Timestamp | null
  expires_at: Timestamp
}

export interface VideoParticipants {
  call_id: string
  user_id: string
  state: string
  joined_at: Timestamp | null
  left_at: Timestamp | null
}

export interface Database {
  'administration.reports': AdministrationReports
  'billing.invoice_numbers': BillingInvoiceNumbers
  'billing.invoices': BillingInvoices
  'billing.payments': BillingPayments
  'billing.subscriptions': BillingSubscriptions
  'campaigns.attempts': CampaignsAttempts
  'campaigns.call_sums': CampaignsCallSums
  'campaigns.campaigns': CampaignsCampaigns
  'campaigns.targets': CampaignsTargets
  'campaigns.test_calls': CampaignsTestCalls
  'chat.ballots': ChatBallots
  'chat.blocks': ChatBlocks
  'chat.chats': ChatChats
  'chat.files': ChatFiles
  'chat.finds': ChatFinds
  'chat.members': ChatMembers
  'chat.messages': ChatMessages
  'chat.polls': ChatPolls
  'chat.presence': ChatPresence
  'chat.profiles': ChatProfiles
  'chat.reactions': ChatReactions
  'chat.statuses': ChatStatuses
  'chat.views': ChatViews
  'contacts.contact_tags': ContactsContactTags
  'contacts.contacts': ContactsContacts
  'contacts.do_not_call': ContactsDoNotCall
  'contacts.identities': ContactsIdentities
  'contacts.import_faults': ContactsImportFaults
  'contacts.imports': ContactsImports
  'contacts.list_items': ContactsListItems
  'contacts.lists': ContactsLists
  'contacts.merged_contacts': ContactsMergedContacts
  'contacts.timeline': ContactsTimeline
  'files.files': FilesFiles
  'files.greetings': FilesGreetings
  'files.objects': FilesObjects
  'identity.api_keys': IdentityApiKeys
  'identity.attempts': IdentityAttempts
  'identity.audit_log': IdentityAuditLog
  'identity.auth_codes': IdentityAuthCodes
  'identity.authenticator_apps': IdentityAuthenticatorApps
  'identity.codes': IdentityCodes
  'identity.email_changes': IdentityEmailChanges
  'identity.identities': IdentityIdentities
  'identity.invitations': IdentityInvitations
  'identity.mailed_proofs': IdentityMailedProofs
  'identity.members': IdentityMembers
  'identity.oauth_attempts': IdentityOauthAttempts
  'identity.passkey_challenges': IdentityPasskeyChallenges
  'identity.passkeys': IdentityPasskeys
  'identity.password_resets': IdentityPasswordResets
  'identity.pending_sign_ins': IdentityPendingSignIns
  'identity.recovery_codes': IdentityRecoveryCodes
  'identity.sessions': IdentitySessions
  'identity.users': IdentityUsers
  'identity.workspaces': IdentityWorkspaces
  'inbox.call_sums': InboxCallSums
  'inbox.conversation_tags': InboxConversationTags
  'inbox.conversations': InboxConversations
  'inbox.messages': InboxMessages
  'integrations.connections': IntegrationsConnections
  'integrations.credentials': IntegrationsCredentials
  'integrations.oauth_attempts': IntegrationsOauthAttempts
  'notifications.push_subscriptions': NotificationsPushSubscriptions
  'platform.events': PlatformEvents
  'platform.failed_events': PlatformFailedEvents
  'platform.idempotency_keys': PlatformIdempotencyKeys
  'platform.installation_keys': PlatformInstallationKeys
  'platform.outgoing_messages': PlatformOutgoingMessages
  'platform.subscribers': PlatformSubscribers
  'realtime.tickets': RealtimeTickets
  'receptionist.call_sums': ReceptionistCallSums
  'receptionist.calls': ReceptionistCalls
  'receptionist.clients': ReceptionistClients
  'receptionist.knowledge': ReceptionistKnowledge
  'receptionist.onboardings': ReceptionistOnboardings
  'receptionist.passages': ReceptionistPassages
  'sales.agent_actions': SalesAgentActions
  'sales.appointment_changes': SalesAppointmentChanges
  'sales.appointments': SalesAppointments
  'sales.detected_entities': SalesDetectedEntities
  'sales.handoffs': SalesHandoffs
  'sales.interests': SalesInterests
  'sales.live_conversations': SalesLiveConversations
  'sales.plan_steps': SalesPlanSteps
  'sales.properties': SalesProperties
  'sales.prospects': SalesProspects
  'sales.qualification_scores': SalesQualificationScores
  'sales.reviews': SalesReviews
  'sales.routing_rules': SalesRoutingRules
  'shop.configurations': ShopConfigurations
  'shop.form_submissions': ShopFormSubmissions
  'shop.forms': ShopForms
  'shop.ledger_entries': ShopLedgerEntries
  'shop.order_changes': ShopOrderChanges
  'shop.order_items': ShopOrderItems
  'shop.orders': ShopOrders
  'shop.payment_events': ShopPaymentEvents
  'shop.payment_webhooks': ShopPaymentWebhooks
  'shop.payments': ShopPayments
  'shop.products': ShopProducts
  'shop.refunds': ShopRefunds
  'shop.shops': ShopShops
  'shop.stock_changes': ShopStockChanges
  'telephony.call_rates': TelephonyCallRates
  'telephony.call_usage': TelephonyCallUsage
  'telephony.calling_limits': TelephonyCallingLimits
  'telephony.nodes': TelephonyNodes
  'telephony.number_zones': TelephonyNumberZones
  'telephony.sip_providers': TelephonySipProviders
  'telephony.transfer_numbers': TelephonyTransferNumbers
  'telephony.trunks': TelephonyTrunks
  'video.calls': VideoCalls
  'video.participants': VideoParticipants
}
