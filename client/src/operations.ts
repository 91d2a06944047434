// Written by `npm run generate` from the table of routes; change that.

export type Contact = { "id": string; "user_id": string; "first_name": string; "last_name": string; "phone_number": string; "email": string | null; "notes": string | null; "time_zone": string | null; "created_at": string; "updated_at": string }

export type NewContact = { "first_name": string; "last_name": string; "phone_number": string; "email"?: string; "notes"?: string; "time_zone"?: string }

export type ContactChanges = { "first_name"?: string; "last_name"?: string; "phone_number"?: string; "email"?: string | null; "notes"?: string | null; "time_zone"?: string | null }

export type ContactList = { "id": string; "user_id": string; "name": string; "description": string | null; "contact_count": number; "created_at": string; "updated_at": string }

export type NewContactList = { "name": string; "description"?: string }

export type ContactListChanges = { "name"?: string; "description"?: string | null }

export type ContactIds = { "contact_ids": (string)[] }

export type Import = { "id": string; "contact_list_id": string | null; "status": "pending" | "running" | "completed" | "failed"; "filename": string; "total": number; "done": number; "created": number; "merged": number; "failed": number; "error": string | null; "errors_url": string | null; "created_at": string; "updated_at": string }

export type ImportPreview = { "columns": (string)[]; "mapping": Record<string, string>; "total": number; "rows": ({ "line": number; "contact": { "first_name": string; "last_name": string; "phone_number": string; "email": string | null; "notes": string | null; "time_zone": string | null } | null; "error": string | null })[] }

export type DoNotCallEntry = { "id": string; "phone_number": string; "reason": string | null; "created_at": string }

export type NewDoNotCallEntry = { "phone_number": string; "reason"?: string }

export type GreetingFile = { "id": string; "user_id": string; "filename": string; "url": string; "duration_seconds": number; "created_at": string }

export type SignedUrl = { "url": string; "expires_at": string }

export type SipProvider = { "id": string; "user_id": string; "name": string; "host": string; "port": number; "username": string; "active": boolean; "transport": "udp" | "tcp" | "tls"; "register": boolean; "caller_ids": (string)[]; "max_concurrent_calls": number; "calls_per_second": number; "transfer_mode": "bridge" | "refer"; "status": SipProviderStatus; "created_at": string; "updated_at": string }

export type SipProviderStatus = { "state": "inactive" | "waiting" | "unregistered" | "registering" | "registered" | "ready" | "failed"; "sip": number | null; "reason": string | null; "since": string | null }

export type NewSipProvider = { "name": string; "host": string; "port": number; "username": string; "password": string; "active"?: boolean; "transport"?: "udp" | "tcp" | "tls"; "register"?: boolean; "caller_ids"?: (string)[]; "max_concurrent_calls"?: number; "calls_per_second"?: number; "transfer_mode"?: "bridge" | "refer" }

export type SipProviderChanges = { "name"?: string; "host"?: string; "port"?: number; "username"?: string; "password"?: string; "active"?: boolean; "transport"?: "udp" | "tcp" | "tls"; "register"?: boolean; "caller_ids"?: (string)[]; "max_concurrent_calls"?: number; "calls_per_second"?: number; "transfer_mode"?: "bridge" | "refer" }

export type SipProviderSwitch = { "active": boolean }

export type SipProviderTest = { "ok": boolean; "message": string; "sip": number | null; "latency_ms": number }

export type TransferNumber = { "id": string; "user_id": string; "name": string; "phone_number": string; "description": string | null; "call_count": number; "created_at": string; "updated_at": string }

export type NewTransferNumber = { "name": string; "phone_number": string; "description"?: string }

export type TransferNumberChanges = { "name"?: string; "phone_number"?: string; "description"?: string | null }

export type Campaign = { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "on": (string)[] }; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "attempts": number; "connect_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "ended_at": string | null; "status": "pending" | "active" | "paused" | "completed" | "stopped" }

export type SalesCampaign = { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "on": (string)[] }; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "attempts": number; "connect_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "ended_at": string | null; "status": "draft" | "active" | "paused" | "completed" | "stopped" }

export type NewCampaign = { "title"?: string; "name"?: string; "description"?: string; "segment"?: string; "channels"?: ("phone" | "whatsapp" | "sms" | "email")[]; "contact_list_id"?: string; "sip_provider_id"?: string; "greeting_file_id"?: string; "greeting_file_url"?: string; "transfer_number"?: string; "caller_id"?: string; "calling_hours"?: CallingHours | null; "key_map"?: KeyMap; "retry"?: Retry; "max_concurrent_calls"?: number; "calls_per_second"?: number; "ring_timeout_seconds"?: number; "voicemail"?: "hang_up" | "leave_message"; "record"?: boolean }

export type CallingHours = { "start"?: string; "end"?: string; "days"?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] }

export type KeyMap = Record<string, "transfer" | "repeat" | "opt_out">

export type Retry = { "max_attempts"?: number; "delay_minutes"?: number; "on"?: ("busy" | "no_answer" | "failed")[] }

export type CampaignChanges = { "description"?: string | null; "segment"?: string | null; "channels"?: ("phone" | "whatsapp" | "sms" | "email")[]; "contact_list_id"?: string | null; "sip_provider_id"?: string | null; "greeting_file_id"?: string | null; "greeting_file_url"?: string | null; "transfer_number"?: string | null; "caller_id"?: string | null; "calling_hours"?: CallingHours | null; "key_map"?: KeyMap; "retry"?: Retry; "max_concurrent_calls"?: number; "calls_per_second"?: number; "ring_timeout_seconds"?: number; "voicemail"?: "hang_up" | "leave_message"; "record"?: boolean; "title"?: string; "name"?: string }

export type CampaignCall = { "id": string; "contact_id": string | null; "phone_number": string; "status": "queued" | "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "do_not_call" | "unknown"; "attempts": number; "answered_at": string | null; "ended_at": string | null; "duration_seconds": number | null; "key": string | null; "transferred": boolean; "cause": string | null; "recording_url": string | null; "next_attempt_at": string | null }

export type Error = { "error": string; "code": string; "request_id": string; "details"?: ({ "path": string; "message": string })[] }

/** What each operation takes and answers. */
export interface Operations {
  /** Make an account; `metadata` fills the profile. */
  signUp: { input: { body: { "email": string; "password": string; "name"?: string; "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "invitation_token"?: string; "metadata"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string } } }; answer: { "message": string; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string }; "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number } } }
  /** Make an account, with `invitation_token` in the workspace of the invitation; answers like a login. */
  register: { input: { body: { "email": string; "password": string; "name"?: string; "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "invitation_token"?: string; "metadata"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string } } }; answer: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number } }
  /** Sign in. */
  login: { input: { body: { "email": string; "password": string } }; answer: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number } }
  /** New tokens for a refresh token, from the body or the cookie. Each is good once. */
  refresh: { input: { body: { "refresh_token"?: string } }; answer: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number } }
  /** Sign out: this session ends at once. */
  logout: { input: undefined; answer: { "success": true; "message": string } }
  /** Sign out: this session ends at once. */
  signOut: { input: undefined; answer: { "success": true; "message": string } }
  /** Who I am, and my workspaces. */
  getMe: { input: undefined; answer: { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string } }
  /** Change my password; my other sessions end. */
  changePassword: { input: { body: { "current_password": string; "new_password": string } }; answer: { "message": string } }
  /** Where I am signed in. */
  listSessions: { input: undefined; answer: { "data": ({ "id": string; "user_agent": string | null; "ip": string | null; "created_at": string; "last_used_at": string; "expires_at": string; "current": boolean })[]; "next_cursor": string | null } }
  /** Sign out everywhere but here. */
  revokeOtherSessions: { input: undefined; answer: { "success": true } }
  /** Sign out one of my sessions. */
  revokeSession: { input: { path: { id: string } }; answer: { "success": true } }
  /** My profile; for owners and admins also a member's. */
  getProfile: { input: { path: { userId: string } }; answer: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string } }
  /** Change my profile. */
  updateProfile: { input: { path: { userId: string }; body: { "full_name"?: string | null; "company_name"?: string | null; "display_name"?: string | null; "username"?: string | null; "phone"?: string | null; "avatar_url"?: string | null } }; answer: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string } }
  /** Become an affiliate. */
  becomeAffiliate: { input: { path: { userId: string } }; answer: { "message": string } }
  /** The workspaces I belong to. */
  listWorkspaces: { input: { query?: { limit?: number; cursor?: string } }; answer: { "data": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string })[]; "next_cursor": string | null } }
  /** Make a workspace of my own and switch to it. */
  createWorkspace: { input: { body: { "name": string; "default_country"?: string; "currency"?: string; "time_zone"?: string } }; answer: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** One workspace. */
  getWorkspace: { input: { path: { workspaceId: string } }; answer: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Change a workspace's name and defaults. */
  updateWorkspace: { input: { path: { workspaceId: string }; body: { "name"?: string; "default_country"?: string; "currency"?: string; "time_zone"?: string } }; answer: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Delete a workspace; its data is removed for good after 30 days. */
  deleteWorkspace: { input: { path: { workspaceId: string } }; answer: { "success": true } }
  /** Work in this workspace when a request names none. */
  switchWorkspace: { input: { path: { workspaceId: string } }; answer: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Who belongs to the workspace. */
  listMembers: { input: { path: { workspaceId: string }; query?: { limit?: number; cursor?: string } }; answer: { "data": ({ "id": string; "user_id": string; "name": string | null; "email": string; "avatar_url": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string })[]; "next_cursor": string | null } }
  /** Change a member's role. Only an owner changes owners. */
  changeRole: { input: { path: { workspaceId: string; userId: string }; body: { "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; answer: { "id": string; "user_id": string; "name": string | null; "email": string; "avatar_url": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string } }
  /** Remove a member. Their API keys of this workspace end too. */
  removeMember: { input: { path: { workspaceId: string; userId: string } }; answer: { "success": true } }
  /** Leave a workspace. The last owner cannot. */
  leaveWorkspace: { input: { path: { workspaceId: string } }; answer: { "success": true } }
  /** Invite somebody for a week. The token is shown this once. */
  createInvitation: { input: { path: { workspaceId: string }; body: { "email": string; "role"?: "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; answer: { "id": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string; "expires_at": string; "token": string; "accept_url": string } }
  /** Invitations that can still be accepted. */
  listInvitations: { input: { path: { workspaceId: string }; query?: { limit?: number; cursor?: string } }; answer: { "data": ({ "id": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string; "expires_at": string })[]; "next_cursor": string | null } }
  /** Take an invitation back. */
  deleteInvitation: { input: { path: { workspaceId: string; id: string } }; answer: { "success": true } }
  /** Join the workspace of an invitation and switch to it. */
  acceptInvitation: { input: { body: { "token": string } }; answer: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Make an API key for this workspace. The key is shown this once. */
  createApiKey: { input: { body: { "name": string; "scopes": ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "audit:read" | "contacts:read" | "contacts:write" | "contacts:import" | "contact-lists:read" | "do-not-call:read" | "do-not-call:write" | "files:read" | "files:write" | "telephony:read" | "telephony:write" | "campaigns:read" | "campaigns:write" | "campaign-calls:read" | "billing:read" | "billing:write" | "realtime:connect")[]; "expires_at"?: string } }; answer: { "id": string; "name": string; "prefix": string; "scopes": (string)[]; "created_by": string; "created_at": string; "expires_at": string | null; "last_used_at": string | null; "key": string } }
  /** The API keys of this workspace. */
  listApiKeys: { input: { query?: { limit?: number; cursor?: string } }; answer: { "data": ({ "id": string; "name": string; "prefix": string; "scopes": (string)[]; "created_by": string; "created_at": string; "expires_at": string | null; "last_used_at": string | null })[]; "next_cursor": string | null } }
  /** Revoke an API key; it stops working at once. */
  revokeApiKey: { input: { path: { id: string } }; answer: { "success": true } }
  /** Who did what to whose access in this workspace. */
  listAudit: { input: { query?: { limit?: number; cursor?: string } }; answer: { "data": ({ "id": string; "action": string; "user_id": string | null; "target": string | null; "details": Record<string, unknown>; "address": string | null; "created_at": string })[]; "next_cursor": string | null } }
  /** The contact book, newest first */
  listContacts: { input: { query?: { limit?: number; cursor?: string; userId?: string; contact_list_id?: string; phone_number?: string; email?: string } }; answer: { "data": (Contact)[]; "next_cursor": string | null } }
  /** Add a contact */
  createContact: { input: { body: NewContact }; answer: Contact }
  /** One contact */
  getContact: { input: { path: { id: string } }; answer: Contact }
  /** Change a contact; what is not sent stays */
  updateContact: { input: { path: { id: string }; body: ContactChanges }; answer: Contact }
  /** Change a contact; what is not sent stays */
  putContact: { input: { path: { id: string }; body: ContactChanges }; answer: Contact }
  /** Delete a contact */
  deleteContact: { input: { path: { id: string } }; answer: { "success": true } }
  /** Contact lists, newest first */
  listContactLists: { input: { query?: { userId?: string; cursor?: string } }; answer: (ContactList)[] }
  /** Make a contact list */
  createContactList: { input: { body: NewContactList }; answer: ContactList }
  /** One contact list */
  getContactList: { input: { path: { id: string } }; answer: ContactList }
  /** Rename a contact list */
  updateContactList: { input: { path: { id: string }; body: ContactListChanges }; answer: ContactList }
  /** Rename a contact list */
  putContactList: { input: { path: { id: string }; body: ContactListChanges }; answer: ContactList }
  /** Delete a contact list; the people on it stay contacts */
  deleteContactList: { input: { path: { id: string } }; answer: { "success": true } }
  /** Put contacts on a list */
  addToContactList: { input: { path: { id: string }; body: ContactIds }; answer: ContactList }
  /** Take contacts off a list */
  removeFromContactList: { input: { path: { id: string }; body: ContactIds }; answer: { "success": true } }
  /** Import a CSV onto a list: form field "file", and "mapping" where headers do not say it */
  importContacts: { input: { path: { id: string }; body: FormData }; answer: Import }
  /** What an import would make of a CSV: columns, mapping and the first ten rows; nothing is kept */
  previewImport: { input: { body: FormData }; answer: ImportPreview }
  /** How far an import has come */
  getImport: { input: { path: { id: string } }; answer: Import }
  /** The rows an import refused, with the reason for each */
  getImportErrors: { input: { path: { id: string } }; answer: unknown }
  /** Numbers that no campaign calls */
  listDoNotCall: { input: { query?: { limit?: number; cursor?: string } }; answer: { "data": (DoNotCallEntry)[]; "next_cursor": string | null } }
  /** Never call this number again */
  addDoNotCall: { input: { body: NewDoNotCallEntry }; answer: DoNotCallEntry }
  /** Take a number off the do-not-call list, by the number or its id in the query */
  deleteDoNotCallByNumber: { input: { query?: { phone_number?: string; id?: string } }; answer: { "success": true } }
  /** Take a number off the do-not-call list */
  deleteDoNotCall: { input: { path: { id: string } }; answer: { "success": true } }
  /** Greetings, newest first */
  listGreetingFiles: { input: { query?: { userId?: string; cursor?: string } }; answer: (GreetingFile)[] }
  /** Upload a greeting: WAV, MP3, Ogg Opus or FLAC, to 50 MB, in the form field "file" */
  createGreetingFile: { input: { body: FormData }; answer: GreetingFile }
  /** Delete a greeting */
  deleteGreetingFile: { input: { path: { id: string } }; answer: { "success": true } }
  /** The content of a file */
  getFile: { input: { path: { id: string; filename: string } }; answer: unknown }
  /** An address of this file that opens without a login for 15 minutes */
  signFile: { input: { path: { id: string } }; answer: SignedUrl }
  /** The content of a file by its signed address */
  getSignedFile: { input: { path: { token: string; filename: string } }; answer: unknown }
  /** A one-time ticket for /ws, for clients that can send neither header nor cookie */
  createRealtimeTicket: { input: undefined; answer: { "ticket": string; "expires_in": number } }
  /** SIP providers with their live state, newest first */
  listSipProviders: { input: { query?: { userId?: string; cursor?: string } }; answer: (SipProvider)[] }
  /** Add a SIP provider */
  createSipProvider: { input: { body: NewSipProvider }; answer: SipProvider }
  /** One SIP provider with its live state */
  getSipProvider: { input: { path: { id: string } }; answer: SipProvider }
  /** Change a SIP provider; what is not sent stays */
  updateSipProvider: { input: { path: { id: string }; body: SipProviderChanges }; answer: SipProvider }
  /** Change a SIP provider; what is not sent stays */
  putSipProvider: { input: { path: { id: string }; body: SipProviderChanges }; answer: SipProvider }
  /** Delete a SIP provider */
  deleteSipProvider: { input: { path: { id: string } }; answer: { "success": true } }
  /** Switch a SIP provider on or off */
  switchSipProvider: { input: { path: { id: string }; body: SipProviderSwitch }; answer: { "success": true } }
  /** Try a SIP provider and say what happened */
  testSipProvider: { input: { path: { id: string } }; answer: SipProviderTest }
  /** Numbers that calls may be connected to, newest first */
  listTransferNumbers: { input: { query?: { userId?: string; cursor?: string } }; answer: (TransferNumber)[] }
  /** Add a transfer number */
  createTransferNumber: { input: { body: NewTransferNumber }; answer: TransferNumber }
  /** One transfer number */
  getTransferNumber: { input: { path: { id: string } }; answer: TransferNumber }
  /** Change a transfer number; what is not sent stays */
  updateTransferNumber: { input: { path: { id: string }; body: TransferNumberChanges }; answer: TransferNumber }
  /** Change a transfer number; what is not sent stays */
  putTransferNumber: { input: { path: { id: string }; body: TransferNumberChanges }; answer: TransferNumber }
  /** Delete a transfer number */
  deleteTransferNumber: { input: { path: { id: string } }; answer: { "success": true } }
  /** A member's campaigns as a bare array with userId, else the workspace's as {data}; newest first */
  listCampaigns: { input: { query?: { userId?: string; cursor?: string } }; answer: (Campaign)[] | { "data": (SalesCampaign)[] } }
  /** Make a campaign: with a title it is answered bare, with a name as {data} */
  createCampaign: { input: { body: NewCampaign }; answer: Campaign | { "data": SalesCampaign } }
  /** How many contacts a member's campaigns have dialled */
  countCampaignCalls: { input: { path: { userId: string } }; answer: { "totalCalls": number } }
  /** One campaign */
  getCampaign: { input: { path: { id: string } }; answer: Campaign }
  /** Change a campaign; what is not sent stays */
  updateCampaign: { input: { path: { id: string }; body: CampaignChanges }; answer: Campaign }
  /** Change a campaign; what is not sent stays */
  putCampaign: { input: { path: { id: string }; body: CampaignChanges }; answer: Campaign }
  /** Delete a campaign that is not active, with its calls */
  deleteCampaign: { input: { path: { id: string } }; answer: { "success": true } }
  /** Start calling; says everything that is missing when it cannot */
  startCampaign: { input: { path: { id: string } }; answer: Campaign }
  /** Make no new calls; those in progress go on */
  pauseCampaign: { input: { path: { id: string } }; answer: Campaign }
  /** Go on after a pause */
  resumeCampaign: { input: { path: { id: string } }; answer: Campaign }
  /** End for good: calls that are still ringing are cancelled */
  stopCampaign: { input: { path: { id: string } }; answer: Campaign }
  /** Each contact of a campaign and how its call went */
  listCampaignCalls: { input: { path: { id: string }; query?: { limit?: number; cursor?: string; status?: "queued" | "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "do_not_call" | "unknown" } }; answer: { "data": (CampaignCall)[]; "next_cursor": string | null } }
  /** The same as CSV, all of it */
  getCampaignReport: { input: { path: { id: string } }; answer: string }
}

/** Where each operation is. */
export const operations = {
  signUp: ['POST', '/api/auth/signup'],
  register: ['POST', '/api/auth/register'],
  login: ['POST', '/api/auth/login'],
  refresh: ['POST', '/api/auth/refresh'],
  logout: ['POST', '/api/auth/logout'],
  signOut: ['POST', '/api/auth/signout'],
  getMe: ['GET', '/api/auth/me'],
  changePassword: ['POST', '/api/auth/password'],
  listSessions: ['GET', '/api/auth/sessions'],
  revokeOtherSessions: ['DELETE', '/api/auth/sessions'],
  revokeSession: ['DELETE', '/api/auth/sessions/{id}'],
  getProfile: ['GET', '/api/profiles/{userId}'],
  updateProfile: ['PATCH', '/api/profiles/{userId}'],
  becomeAffiliate: ['POST', '/api/profiles/{userId}/affiliate'],
  listWorkspaces: ['GET', '/api/workspaces'],
  createWorkspace: ['POST', '/api/workspaces'],
  getWorkspace: ['GET', '/api/workspaces/{workspaceId}'],
  updateWorkspace: ['PATCH', '/api/workspaces/{workspaceId}'],
  deleteWorkspace: ['DELETE', '/api/workspaces/{workspaceId}'],
  switchWorkspace: ['POST', '/api/workspaces/{workspaceId}/switch'],
  listMembers: ['GET', '/api/workspaces/{workspaceId}/members'],
  changeRole: ['PATCH', '/api/workspaces/{workspaceId}/members/{userId}'],
  removeMember: ['DELETE', '/api/workspaces/{workspaceId}/members/{userId}'],
  leaveWorkspace: ['POST', '/api/workspaces/{workspaceId}/leave'],
  createInvitation: ['POST', '/api/workspaces/{workspaceId}/invitations'],
  listInvitations: ['GET', '/api/workspaces/{workspaceId}/invitations'],
  deleteInvitation: ['DELETE', '/api/workspaces/{workspaceId}/invitations/{id}'],
  acceptInvitation: ['POST', '/api/invitations/accept'],
  createApiKey: ['POST', '/api/api-keys'],
  listApiKeys: ['GET', '/api/api-keys'],
  revokeApiKey: ['DELETE', '/api/api-keys/{id}'],
  listAudit: ['GET', '/api/audit'],
  listContacts: ['GET', '/api/contacts'],
  createContact: ['POST', '/api/contacts'],
  getContact: ['GET', '/api/contacts/{id}'],
  updateContact: ['PATCH', '/api/contacts/{id}'],
  putContact: ['PUT', '/api/contacts/{id}'],
  deleteContact: ['DELETE', '/api/contacts/{id}'],
  listContactLists: ['GET', '/api/contact-lists'],
  createContactList: ['POST', '/api/contact-lists'],
  getContactList: ['GET', '/api/contact-lists/{id}'],
  updateContactList: ['PATCH', '/api/contact-lists/{id}'],
  putContactList: ['PUT', '/api/contact-lists/{id}'],
  deleteContactList: ['DELETE', '/api/contact-lists/{id}'],
  addToContactList: ['POST', '/api/contact-lists/{id}/contacts'],
  removeFromContactList: ['DELETE', '/api/contact-lists/{id}/contacts'],
  importContacts: ['POST', '/api/contact-lists/{id}/import'],
  previewImport: ['POST', '/api/imports/preview'],
  getImport: ['GET', '/api/imports/{id}'],
  getImportErrors: ['GET', '/api/imports/{id}/errors.csv'],
  listDoNotCall: ['GET', '/api/do-not-call'],
  addDoNotCall: ['POST', '/api/do-not-call'],
  deleteDoNotCallByNumber: ['DELETE', '/api/do-not-call'],
  deleteDoNotCall: ['DELETE', '/api/do-not-call/{id}'],
  listGreetingFiles: ['GET', '/api/greeting-files'],
  createGreetingFile: ['POST', '/api/greeting-files'],
  deleteGreetingFile: ['DELETE', '/api/greeting-files/{id}'],
  getFile: ['GET', '/api/files/{id}/{filename}'],
  signFile: ['POST', '/api/files/{id}/signed-url'],
  getSignedFile: ['GET', '/api/signed-files/{token}/{filename}'],
  createRealtimeTicket: ['POST', '/api/realtime/tickets'],
  listSipProviders: ['GET', '/api/sip-providers'],
  createSipProvider: ['POST', '/api/sip-providers'],
  getSipProvider: ['GET', '/api/sip-providers/{id}'],
  updateSipProvider: ['PATCH', '/api/sip-providers/{id}'],
  putSipProvider: ['PUT', '/api/sip-providers/{id}'],
  deleteSipProvider: ['DELETE', '/api/sip-providers/{id}'],
  switchSipProvider: ['PATCH', '/api/sip-providers/{id}/status'],
  testSipProvider: ['POST', '/api/sip-providers/{id}/test'],
  listTransferNumbers: ['GET', '/api/transfer-numbers'],
  createTransferNumber: ['POST', '/api/transfer-numbers'],
  getTransferNumber: ['GET', '/api/transfer-numbers/{id}'],
  updateTransferNumber: ['PATCH', '/api/transfer-numbers/{id}'],
  putTransferNumber: ['PUT', '/api/transfer-numbers/{id}'],
  deleteTransferNumber: ['DELETE', '/api/transfer-numbers/{id}'],
  listCampaigns: ['GET', '/api/campaigns'],
  createCampaign: ['POST', '/api/campaigns'],
  countCampaignCalls: ['GET', '/api/campaigns/call-count/{userId}'],
  getCampaign: ['GET', '/api/campaigns/{id}'],
  updateCampaign: ['PATCH', '/api/campaigns/{id}'],
  putCampaign: ['PUT', '/api/campaigns/{id}'],
  deleteCampaign: ['DELETE', '/api/campaigns/{id}'],
  startCampaign: ['POST', '/api/campaigns/{id}/start'],
  pauseCampaign: ['POST', '/api/campaigns/{id}/pause'],
  resumeCampaign: ['POST', '/api/campaigns/{id}/resume'],
  stopCampaign: ['POST', '/api/campaigns/{id}/stop'],
  listCampaignCalls: ['GET', '/api/campaigns/{id}/calls'],
  getCampaignReport: ['GET', '/api/campaigns/{id}/report.csv'],
} as const satisfies Record<keyof Operations, readonly [string, string]>
