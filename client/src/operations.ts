// Written by `npm run generate` from the table of routes; change that.
import type { Upload } from './upload.ts'

export type CampaignProgress = { "campaign_id": string; "status": "pending" | "active" | "paused" | "completed" | "stopped"; "waiting_until": string | null; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "transfers_requested": number; "transfers_waiting": number; "transfers_waited": number; "transfers_lost": number; "average_transfer_wait_seconds": number; "longest_transfer_wait_seconds": number }

export type Import = { "id": string; "contact_list_id": string | null; "status": "pending" | "running" | "completed" | "failed"; "filename": string; "total": number; "done": number; "created": number; "merged": number; "failed": number; "error": string | null; "errors_url": string | null; "created_at": string; "updated_at": string }

export type TestCall = { "id": string; "user_id": string; "campaign_id": string | null; "sip_provider_id": string | null; "phone_number": string; "caller_id": string; "status": "queued" | "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "do_not_call" | "unknown"; "key": string | null; "transfer_number": string | null; "transferred": boolean; "cause": string | null; "created_at": string; "answered_at": string | null; "ended_at": string | null; "duration_seconds": number | null; "quality": CallQuality | null; "cost_micros": number | null }

export type CallQuality = { "jitter_ms": number; "loss_percent": number; "round_trip_ms": number | null; "mos": number; "warning": boolean }

export type Contact = { "id": string; "user_id": string; "first_name": string; "last_name": string; "phone_number": string | null; "email": string | null; "notes": string | null; "time_zone": string | null; "tags": (string)[]; "custom_fields": Record<string, string | number | boolean>; "created_at": string; "updated_at": string }

export type NewContact = { "first_name"?: string; "last_name"?: string; "phone_number"?: string; "email"?: string; "notes"?: string; "time_zone"?: string; "tags"?: (string)[]; "custom_fields"?: Record<string, string | number | boolean> }

export type ContactChanges = { "first_name"?: string; "last_name"?: string; "phone_number"?: string | null; "email"?: string | null; "notes"?: string | null; "time_zone"?: string | null; "tags"?: (string)[]; "custom_fields"?: Record<string, string | number | boolean | null> }

export type TimelineEntry = { "id": string; "kind": string; "title": string; "subject": { "kind": string; "id": string }; "details": Record<string, unknown>; "occurred_at": string }

export type Identity = { "kind": "phone" | "email" | "whatsapp" | "telegram" | "viber" | "facebook" | "instagram" | "tiktok" | "web"; "value": string; "id": string; "created_at": string }

export type NewIdentity = { "kind": "phone" | "email" | "whatsapp" | "telegram" | "viber" | "facebook" | "instagram" | "tiktok" | "web"; "value": string }

export type ContactList = { "id": string; "user_id": string; "name": string; "description": string | null; "contact_count": number; "created_at": string; "updated_at": string }

export type NewContactList = { "name": string; "description"?: string }

export type ContactListChanges = { "name"?: string; "description"?: string | null }

export type ContactIds = { "contact_ids": (string)[] }

export type ImportPreview = { "columns": (string)[]; "mapping": Record<string, string>; "total": number; "rows": ({ "line": number; "cells": (string)[]; "contact": { "first_name": string; "last_name": string; "phone_number": string | null; "email": string | null; "notes": string | null; "time_zone": string | null } | null; "error": string | null })[] }

export type DoNotCallEntry = { "id": string; "phone_number": string; "reason": string | null; "created_at": string }

export type NewDoNotCallEntry = { "phone_number": string; "reason"?: string }

export type GreetingFile = { "id": string; "user_id": string; "filename": string; "url": string; "duration_seconds": number; "created_at": string }

export type SignedUrl = { "url": string; "expires_at": string }

export type SipProviderAndAliases = { "id": string; "user_id": string; "name": string; "host": string; "port": number; "username": string; "description": string | null; "active": boolean; "transport": "udp" | "tcp" | "tls"; "register": boolean; "caller_ids": (string)[]; "max_concurrent_calls": number; "calls_per_second": number; "transfer_mode": "bridge" | "refer"; "status": SipProviderStatus; "created_at": string; "updated_at": string; "dateAdded": string; "isActive": boolean }

export type SipProviderStatus = { "state": "inactive" | "waiting" | "unregistered" | "registering" | "registered" | "ready" | "failed"; "sip": number | null; "reason": string | null; "since": string | null }

export type NewSipProvider = { "name": string; "host": string; "port": number; "username": string; "password": string; "description"?: string; "active"?: boolean; "transport"?: "udp" | "tcp" | "tls"; "register"?: boolean; "caller_ids"?: (string)[]; "max_concurrent_calls"?: number; "calls_per_second"?: number; "transfer_mode"?: "bridge" | "refer" }

export type SipProviderChanges = { "name"?: string; "host"?: string; "port"?: number; "username"?: string; "password"?: string; "description"?: string | null; "active"?: boolean; "transport"?: "udp" | "tcp" | "tls"; "register"?: boolean; "caller_ids"?: (string)[]; "max_concurrent_calls"?: number; "calls_per_second"?: number; "transfer_mode"?: "bridge" | "refer" }

export type SipProviderSwitch = { "active": boolean }

export type SipProviderTest = { "ok": boolean; "message": string; "sip": number | null; "latency_ms": number }

export type TransferNumberAndAliases = { "id": string; "user_id": string; "name": string; "phone_number": string; "description": string | null; "call_count": number; "created_at": string; "updated_at": string; "number": string; "dateAdded": string }

export type NewTransferNumber = { "name": string; "phone_number": string; "description"?: string }

export type TransferNumberChanges = { "name"?: string; "phone_number"?: string; "description"?: string | null }

export type CallingLimits = { "allowed_countries": (string)[] | null; "blocked_prefixes": (string)[]; "allow_premium": boolean; "max_minutes_per_day": number | null; "max_minutes_per_month": number | null; "max_spend_per_day_micros": number | null; "max_spend_per_month_micros": number | null; "max_concurrent_calls": number | null; "min_minutes_between_calls": number; "currency": string; "installation": { "max_minutes_per_day": number | null; "max_concurrent_calls": number; "max_calls_per_second": number }; "used": { "calls_today": number; "minutes_today": number; "minutes_this_month": number; "spend_today_micros": number; "spend_this_month_micros": number } }

export type CallingLimitsChanges = { "allowed_countries"?: (string)[] | null; "blocked_prefixes"?: (string)[]; "allow_premium"?: boolean; "max_minutes_per_day"?: number | null; "max_minutes_per_month"?: number | null; "max_spend_per_day_micros"?: number | null; "max_spend_per_month_micros"?: number | null; "max_concurrent_calls"?: number | null; "min_minutes_between_calls"?: number }

export type CallRate = { "id": string; "prefix": string; "price_per_minute_micros": number; "connection_fee_micros": number; "first_increment_seconds": number; "next_increment_seconds": number; "created_at": string; "updated_at": string }

export type NewCallRate = { "prefix": string; "price_per_minute_micros": number; "connection_fee_micros"?: number; "first_increment_seconds"?: number; "next_increment_seconds"?: number }

export type CallRateChanges = { "prefix"?: string; "price_per_minute_micros"?: number; "connection_fee_micros"?: number; "first_increment_seconds"?: number; "next_increment_seconds"?: number }

export type CallLogEntry = { "id": string; "source": "campaign" | "test" | "receptionist" | "sales"; "direction": "inbound" | "outbound" | null; "status": "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "unknown"; "phone_number": string | null; "contact_id": string | null; "contact_name": string | null; "campaign_id": string | null; "campaign_title": string | null; "client_id": string | null; "client_name": string | null; "conversation_id": string | null; "started_at": string; "answered_at": string | null; "ended_at": string | null; "duration_seconds": number | null; "key": string | null; "transferred": boolean; "transfer_number": string | null; "cause": string | null; "outcome": string | null; "cost_micros": number | null; "quality": CallQuality | null; "recording_url": string | null; "transcript": string | null }

export type CallCounts = { "tz": string; "days": ({ "date": string; "calls": number; "answered": number; "minutes": number; "cost_micros": number })[]; "months": ({ "month": string; "calls": number; "answered": number; "minutes": number; "cost_micros": number })[] }

export type Campaign = { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "target_city": string | null; "agent_persona": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "transfer_numbers": (string)[]; "transfer_order": "in_order" | "round_robin"; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "backoff": string; "max_delay_minutes": number; "on": (string)[] }; "start_at": string | null; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "transfer_wait_seconds": number; "hold_greeting_id": string | null; "apology_greeting_id": string | null; "waiting_until": string | null; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "transfers_requested": number; "transfers_waiting": number; "transfers_waited": number; "transfers_lost": number; "average_transfer_wait_seconds": number; "longest_transfer_wait_seconds": number; "attempts": number; "cost_micros": number; "connect_rate": number; "total_outreach": number; "response_rate": number; "click_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "status_reason": string | null; "ended_at": string | null; "status": "pending" | "active" | "paused" | "completed" | "stopped" }

export type SalesCampaignAndAliases = { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "target_city": string | null; "agent_persona": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "transfer_numbers": (string)[]; "transfer_order": "in_order" | "round_robin"; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "backoff": string; "max_delay_minutes": number; "on": (string)[] }; "start_at": string | null; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "transfer_wait_seconds": number; "hold_greeting_id": string | null; "apology_greeting_id": string | null; "waiting_until": string | null; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "transfers_requested": number; "transfers_waiting": number; "transfers_waited": number; "transfers_lost": number; "average_transfer_wait_seconds": number; "longest_transfer_wait_seconds": number; "attempts": number; "cost_micros": number; "connect_rate": number; "total_outreach": number; "response_rate": number; "click_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "status_reason": string | null; "ended_at": string | null; "status": "draft" | "active" | "paused" | "completed" | "stopped"; "target_segment": string | null; "record_conversations": boolean; "active_window_start": string | null; "active_window_end": string | null; "respect_dnc": true; "require_consent": false }

export type NewCampaign = { "title"?: string; "name"?: string; "description"?: string; "segment"?: string; "target_city"?: string; "agent_persona"?: string; "channels"?: ("phone" | "whatsapp" | "sms" | "email")[]; "contact_list_id"?: string; "sip_provider_id"?: string; "greeting_file_id"?: string; "greeting_file_url"?: string; "transfer_number"?: string; "transfer_numbers"?: (string)[]; "transfer_order"?: "in_order" | "round_robin"; "caller_id"?: string; "calling_hours"?: CallingHours | null; "key_map"?: KeyMap; "retry"?: Retry; "start_at"?: string; "max_concurrent_calls"?: number; "calls_per_second"?: number; "ring_timeout_seconds"?: number; "voicemail"?: "hang_up"; "record"?: boolean; "transfer_wait_seconds"?: number; "hold_greeting_id"?: string; "apology_greeting_id"?: string }

export type CallingHours = { "start"?: string; "end"?: string; "days"?: ("mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun")[] }

export type KeyMap = Record<string, "transfer" | "repeat" | "opt_out">

export type Retry = { "max_attempts"?: number; "delay_minutes"?: number; "backoff"?: "fixed" | "doubling"; "max_delay_minutes"?: number; "on"?: ("busy" | "no_answer" | "failed")[] }

export type CampaignAndAliases = { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "target_city": string | null; "agent_persona": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "transfer_numbers": (string)[]; "transfer_order": "in_order" | "round_robin"; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "backoff": string; "max_delay_minutes": number; "on": (string)[] }; "start_at": string | null; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "transfer_wait_seconds": number; "hold_greeting_id": string | null; "apology_greeting_id": string | null; "waiting_until": string | null; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "transfers_requested": number; "transfers_waiting": number; "transfers_waited": number; "transfers_lost": number; "average_transfer_wait_seconds": number; "longest_transfer_wait_seconds": number; "attempts": number; "cost_micros": number; "connect_rate": number; "total_outreach": number; "response_rate": number; "click_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "status_reason": string | null; "ended_at": string | null; "status": "pending" | "active" | "paused" | "completed" | "stopped"; "target_segment": string | null; "record_conversations": boolean; "active_window_start": string | null; "active_window_end": string | null; "respect_dnc": true; "require_consent": false }

export type CampaignChanges = { "description"?: string | null; "segment"?: string | null; "target_city"?: string | null; "agent_persona"?: string | null; "channels"?: ("phone" | "whatsapp" | "sms" | "email")[]; "contact_list_id"?: string | null; "sip_provider_id"?: string | null; "greeting_file_id"?: string | null; "greeting_file_url"?: string | null; "transfer_number"?: string | null; "transfer_numbers"?: (string)[]; "transfer_order"?: "in_order" | "round_robin"; "caller_id"?: string | null; "calling_hours"?: CallingHours | null; "key_map"?: KeyMap; "retry"?: Retry; "start_at"?: string | null; "max_concurrent_calls"?: number; "calls_per_second"?: number; "ring_timeout_seconds"?: number; "voicemail"?: "hang_up"; "record"?: boolean; "transfer_wait_seconds"?: number; "hold_greeting_id"?: string | null; "apology_greeting_id"?: string | null; "title"?: string; "name"?: string }

export type NewTestCall = { "phone_number": string; "campaign_id"?: string; "sip_provider_id"?: string; "greeting_file_id"?: string; "transfer_number_id"?: string; "caller_id"?: string; "key_map"?: KeyMap }

export type CampaignTest = { "phone_number": string }

export type CampaignCall = { "id": string; "contact_id": string | null; "phone_number": string; "status": "queued" | "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "do_not_call" | "unknown"; "attempts": number; "answered_at": string | null; "ended_at": string | null; "duration_seconds": number | null; "cost_micros": number | null; "key": string | null; "transferred": boolean; "transfer_wait_seconds": number | null; "transfer_lost": boolean; "cause": string | null; "quality": CallQuality | null; "recording_url": string | null; "next_attempt_at": string | null }

export type ClientAndAliases = { "id": string; "user_id": string; "name": string; "phone_number": string | null; "profession": string | null; "location": string | null; "description": string | null; "voice_id": string | null; "voice_name": string | null; "system_prompt": string | null; "is_active": boolean; "created_at": string; "updated_at": string; "phone": string | null }

export type NewClient = { "name": string; "phone_number"?: string; "profession"?: string; "location"?: string; "description"?: string; "voice_id"?: string; "voice_name"?: string; "system_prompt"?: string; "is_active"?: boolean }

export type ClientChanges = { "name"?: string; "phone_number"?: string | null; "profession"?: string | null; "location"?: string | null; "description"?: string | null; "voice_id"?: string | null; "voice_name"?: string | null; "system_prompt"?: string | null; "is_active"?: boolean }

export type Knowledge = { "id": string; "client_id": string; "title": string; "content": string; "created_at": string }

export type NewKnowledge = { "title": string; "content": string }

export type FoundPassage = { "knowledge_id": string; "title": string; "text": string; "score": number }

export type Question = { "question": string; "client_id"?: string }

export type QuestionAnswer = { "answer": string; "found": boolean; "title": string | null; "knowledge_id": string | null; "client_id": string | null }

export type CallAndAliases = { "id": string; "client_id": string; "client_name": string; "contact_id": string | null; "caller_phone": string | null; "caller_name": string | null; "duration_seconds": number; "stt_latency_ms": number | null; "llm_latency_ms": number | null; "tts_latency_ms": number | null; "transcript": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "success": boolean | null; "status": "completed" | "missed" | "failed"; "booked": boolean; "revenue_value": number | null; "currency": string | null; "recording_url": string | null; "notes": string | null; "started_at": string; "created_at": string; "phone_number": string; "duration": number }

export type NewCall = { "client_id": string; "caller_phone"?: string; "caller_name"?: string; "duration_seconds"?: number; "stt_latency_ms"?: number; "llm_latency_ms"?: number; "tts_latency_ms"?: number; "transcript"?: string; "sentiment"?: "positive" | "neutral" | "negative"; "success"?: boolean; "status"?: "completed" | "missed" | "failed"; "booked"?: boolean; "revenue_value"?: number; "currency"?: string; "recording_url"?: string; "notes"?: string; "started_at"?: string }

export type CallChanges = { "caller_name"?: string | null; "duration_seconds"?: number; "stt_latency_ms"?: number | null; "llm_latency_ms"?: number | null; "tts_latency_ms"?: number | null; "transcript"?: string | null; "sentiment"?: "positive" | "neutral" | "negative" | null; "success"?: boolean | null; "status"?: "completed" | "missed" | "failed"; "booked"?: boolean; "revenue_value"?: number | null; "currency"?: string; "recording_url"?: string | null; "notes"?: string | null; "started_at"?: string }

export type DashboardAndAliases = { "total_calls": number; "calls_today": number; "calls_yesterday": number; "total_minutes": number; "total_seconds": number; "avg_duration_seconds": number; "success_rate": number; "avg_stt_latency_ms": number; "avg_llm_latency_ms": number; "avg_tts_latency_ms": number; "sentiment": { "positive": number; "neutral": number; "negative": number }; "period": { "from": string; "to": string; "calls": number; "minutes": number; "avg_duration_seconds": number; "success_rate": number; "sentiment": { "positive": number; "neutral": number; "negative": number } }; "previous_period": { "from": string; "to": string; "calls": number; "minutes": number; "avg_duration_seconds": number; "success_rate": number; "sentiment": { "positive": number; "neutral": number; "negative": number } }; "total_clients": number; "active_clients": number; "total_duration": number; "avg_sentiment": "positive" | "neutral" | "negative" }

export type ClientStatisticsAndAliases = { "total_calls": number; "calls_today": number; "calls_yesterday": number; "total_minutes": number; "total_seconds": number; "avg_duration_seconds": number; "success_rate": number; "avg_stt_latency_ms": number; "avg_llm_latency_ms": number; "avg_tts_latency_ms": number; "sentiment": { "positive": number; "neutral": number; "negative": number }; "period": { "from": string; "to": string; "calls": number; "minutes": number; "avg_duration_seconds": number; "success_rate": number; "sentiment": { "positive": number; "neutral": number; "negative": number } }; "previous_period": { "from": string; "to": string; "calls": number; "minutes": number; "avg_duration_seconds": number; "success_rate": number; "sentiment": { "positive": number; "neutral": number; "negative": number } }; "client_id": string; "client_name": string; "total_duration": number; "avg_sentiment": "positive" | "neutral" | "negative" }

export type RevenueReport = { "currency": string; "revenue": number; "calls": number; "booked": number; "other_currencies": ({ "currency": string; "revenue": number; "calls": number; "booked": number })[]; "data": ({ "date": string; "revenue": number; "calls": number; "booked": number })[] }

export type Usage = { "clients": number; "max_clients": number | null; "minutes_this_month": number; "max_minutes_per_month": number | null }

export type OnboardingAndAliases = { "user_id": string; "current_step": number; "progress": number; "completed_steps": (number)[]; "business_name": string | null; "industry": string | null; "business_phone": string | null; "service_description": string | null; "business_documents": (string | { "url": string; "name"?: string; "type"?: string; "size"?: number })[]; "forwarding_number": string | null; "sms_enabled": boolean; "sms_phone_number": string | null; "caller_responses": CallerResponses; "calendar_provider": string | null; "demo_completed": boolean; "demo_transcripts": ({ "id"?: string | number; "speaker": string; "text": string; "timestamp"?: string })[]; "review_completed": boolean; "reviewed_at": string | null; "client_id": string | null; "completed_at": string | null; "customerId": string; "currentStep": number; "completedSteps": (number)[]; "businessName": string | null; "businessPhone": string | null; "serviceDescription": string | null; "businessDocuments": (string | { "url": string; "name"?: string; "type"?: string; "size"?: number })[]; "forwardingNumber": string | null; "smsEnabled": boolean; "smsPhoneNumber": string | null; "callerResponses": CallerResponses; "calendarProvider": string | null; "demoCompleted": boolean; "demoTranscripts": ({ "id"?: string | number; "speaker": string; "text": string; "timestamp"?: string })[] }

export type CallerResponses = { "appointment_request"?: string; "pricing_inquiry"?: string; "emergency"?: string; "other"?: string }

export type OnboardingStep = { "business_name"?: string; "industry"?: string; "business_phone"?: string; "service_description"?: string; "business_documents"?: (string | { "url": string; "name"?: string; "type"?: string; "size"?: number })[]; "forwarding_number"?: string; "sms_enabled"?: boolean; "sms_phone_number"?: string; "caller_responses"?: CallerResponses; "calendar_provider"?: string; "demo_completed"?: boolean; "demo_transcripts"?: ({ "id"?: string | number; "speaker": string; "text": string; "timestamp"?: string })[]; "review_completed"?: boolean; "reviewed_at"?: string }

export type CompletedOnboardingAndAliasesAndAliases = { "user_id": string; "current_step": number; "progress": number; "completed_steps": (number)[]; "business_name": string | null; "industry": string | null; "business_phone": string | null; "service_description": string | null; "business_documents": (string | { "url": string; "name"?: string; "type"?: string; "size"?: number })[]; "forwarding_number": string | null; "sms_enabled": boolean; "sms_phone_number": string | null; "caller_responses": CallerResponses; "calendar_provider": string | null; "demo_completed": boolean; "demo_transcripts": ({ "id"?: string | number; "speaker": string; "text": string; "timestamp"?: string })[]; "review_completed": boolean; "reviewed_at": string | null; "client_id": string | null; "completed_at": string | null; "portal_url": string; "customerId": string; "currentStep": number; "completedSteps": (number)[]; "businessName": string | null; "businessPhone": string | null; "serviceDescription": string | null; "businessDocuments": (string | { "url": string; "name"?: string; "type"?: string; "size"?: number })[]; "forwardingNumber": string | null; "smsEnabled": boolean; "smsPhoneNumber": string | null; "callerResponses": CallerResponses; "calendarProvider": string | null; "demoCompleted": boolean; "demoTranscripts": ({ "id"?: string | number; "speaker": string; "text": string; "timestamp"?: string })[]; "portalUrl": string }

export type Property = { "id": string; "name": string; "city": string | null; "price": number | null; "currency": string; "price_range": string | null; "bedrooms": number | null; "type": "villa" | "apartment" | "penthouse" | "townhouse" | null; "status": "available" | "reserved" | "sold"; "image_url": string | null; "description": string | null; "features": (string)[]; "created_at": string; "updated_at": string }

export type NewProperty = { "name": string; "city"?: string; "price"?: number; "currency"?: string; "price_range"?: string; "bedrooms"?: number; "type"?: "villa" | "apartment" | "penthouse" | "townhouse"; "status"?: "available" | "reserved" | "sold"; "image_url"?: string; "description"?: string; "features"?: (string)[] }

export type PropertyChanges = { "name"?: string; "city"?: string | null; "price"?: number | null; "currency"?: string; "price_range"?: string | null; "bedrooms"?: number | null; "type"?: "villa" | "apartment" | "penthouse" | "townhouse" | null; "status"?: "available" | "reserved" | "sold"; "image_url"?: string | null; "description"?: string | null; "features"?: (string)[] }

export type ProspectAndAliases = { "id": string; "contact_id": string; "name": string; "email": string | null; "phone": string | null; "whatsapp": string | null; "budget": string | null; "budget_min": number | null; "budget_max": number | null; "budget_currency": string | null; "primary_segment": string | null; "property_type_pref": string | null; "beds_min": number | null; "consent_status": "opted_in" | "opted_out" | "unknown"; "dnc": boolean; "city": string | null; "timeline": string | null; "timeline_days": number | null; "status": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "preferred_channel": string | null; "language": string | null; "source_channel": string | null; "created_at": string; "updated_at": string; "full_name": string; "whatsapp_number": string | null }

export type NewProspect = { "name"?: string; "contact_id"?: string; "email"?: string; "phone"?: string; "whatsapp"?: string; "budget"?: string; "city"?: string; "timeline"?: string; "status"?: "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to"?: string; "preferred_channel"?: string; "language"?: string; "source_channel"?: string; "budget_min"?: number; "budget_max"?: number; "primary_segment"?: string; "property_type_pref"?: string; "beds_min"?: number; "consent_status"?: "opted_in" | "opted_out" | "unknown"; "dnc"?: boolean }

export type ProspectChanges = { "name"?: string; "email"?: string | null; "phone"?: string | null; "whatsapp"?: string | null; "budget"?: string | null; "city"?: string | null; "timeline"?: string | null; "status"?: "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to"?: string | null; "preferred_channel"?: string | null; "language"?: string | null; "source_channel"?: string | null; "budget_min"?: number | null; "budget_max"?: number | null; "primary_segment"?: string | null; "property_type_pref"?: string | null; "beds_min"?: number | null; "consent_status"?: "opted_in" | "opted_out" | "unknown"; "dnc"?: boolean }

export type QualificationScore = { "id": string; "prospect_id": string; "conversation_id": string | null; "total": number; "grade": "hot" | "warm" | "cold"; "parts": { "budget": { "score": number; "max": number; "reason": string }; "timeline": { "score": number; "max": number; "reason": string }; "authority": { "score": number; "max": number; "reason": string }; "need": { "score": number; "max": number; "reason": string }; "engagement": { "score": number; "max": number; "reason": string } }; "source": "computed" | "given"; "notes": string | null; "scored_by": string | null; "created_at": string; "updated_at": string }

export type NewQualificationScore = { "conversation_id"?: string; "notes"?: string; "budget"?: number; "timeline"?: number; "authority"?: number; "need"?: number; "engagement"?: number }

export type QualificationScoreChanges = { "conversation_id"?: string | null; "notes"?: string | null; "budget"?: number; "timeline"?: number; "authority"?: number; "need"?: number; "engagement"?: number }

export type PropertyInterest = { "id": string; "prospect_id": string; "property_id": string; "property_name": string; "note": string | null; "created_at": string }

export type NewPropertyInterest = { "property_id": string; "note"?: string }

export type SalesConversation = { "id": string; "prospect_id": string; "prospect_name": string; "campaign_id": string | null; "timestamp": string; "duration": number; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "handoff_suggested": boolean; "message_count": number; "status": "open" | "pending" | "closed"; "assigned_to": string | null; "tags": (string)[]; "notes": string | null; "subject": string | null; "is_ai_active": boolean; "ai_unavailable_reason": string | null; "created_at": string; "updated_at": string }

export type NewSalesConversation = { "prospect_id": string; "prospect_name"?: string; "campaign_id"?: string; "channel"?: "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "timestamp"?: string; "duration"?: number; "outcome"?: string; "sentiment"?: "positive" | "neutral" | "negative"; "transcript"?: string; "ai_confidence"?: "high" | "medium" | "low" | number; "handoff_suggested"?: boolean; "subject"?: string; "notes"?: string; "is_ai_active"?: boolean; "messages"?: (NewTranscriptMessage)[]; "message_count"?: number }

export type NewTranscriptMessage = { "sender": "customer" | "assistant" | "member" | "system"; "text": string; "timestamp"?: string; "client_id"?: string; "internal"?: boolean }

export type SalesConversationInFull = { "id": string; "prospect_id": string; "prospect_name": string; "campaign_id": string | null; "timestamp": string; "duration": number; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "handoff_suggested": boolean; "message_count": number; "status": "open" | "pending" | "closed"; "assigned_to": string | null; "tags": (string)[]; "notes": string | null; "subject": string | null; "is_ai_active": boolean; "ai_unavailable_reason": string | null; "created_at": string; "updated_at": string; "transcript": string | null }

export type LiveConversationAndAliases = { "conversation_id": string; "prospect_id": string; "prospect_name": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "message_count": number; "last_message_text": string | null; "status": "active" | "waiting" | "ended" | "dialing" | "ringing" | "connected" | "typing"; "stage": string | null; "intent": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "next_action": string | null; "state": Record<string, unknown>; "started_at": string; "updated_at": string; "next_best_question": string | null }

export type SalesConversationChanges = { "campaign_id"?: string | null; "duration"?: number | null; "outcome"?: string | null; "sentiment"?: "positive" | "neutral" | "negative" | null; "transcript"?: string | null; "ai_confidence"?: "high" | "medium" | "low" | number | null; "handoff_suggested"?: boolean; "status"?: "open" | "pending" | "closed"; "assigned_to"?: string | null; "tags"?: (string)[]; "notes"?: string | null; "subject"?: string | null; "is_ai_active"?: boolean }

export type TranscriptMessage = { "id": string; "conversation_id": string; "sender": "customer" | "assistant" | "member" | "system"; "sender_id": string | null; "text": string; "timestamp": string; "client_id": string | null; "internal": boolean }

export type TranscriptMessageChanges = { "sender"?: "customer" | "assistant" | "member" | "system"; "text"?: string; "timestamp"?: string }

export type LiveConversationChanges = { "status"?: "active" | "waiting" | "ended" | "dialing" | "ringing" | "connected" | "typing"; "stage"?: string | null; "intent"?: string | null; "sentiment"?: "positive" | "neutral" | "negative" | null; "ai_confidence"?: "high" | "medium" | "low" | number | null; "next_action"?: string | null; "state"?: Record<string, unknown> }

export type DetectedEntity = { "id": string; "conversation_id": string; "created_at": string; "updated_at": string; "message_id": string | null; "type": string; "value": string; "confidence": number | null }

export type NewDetectedEntity = { "type": string; "value": string; "message_id"?: string; "confidence"?: number }

export type DetectedEntityChanges = { "type"?: string; "value"?: string; "confidence"?: number | null }

export type AgentAction = { "id": string; "conversation_id": string; "created_at": string; "updated_at": string; "type": string; "description": string | null; "status": "pending" | "in_progress" | "completed" | "failed"; "details": Record<string, unknown> }

export type NewAgentAction = { "type": string; "description"?: string; "status"?: "pending" | "in_progress" | "completed" | "failed"; "details"?: Record<string, unknown> }

export type AgentActionChanges = { "description"?: string | null; "status"?: "pending" | "in_progress" | "completed" | "failed"; "details"?: Record<string, unknown> }

export type PlanStep = { "id": string; "conversation_id": string; "created_at": string; "updated_at": string; "position": number; "description": string; "status": "pending" | "in_progress" | "completed" | "skipped" }

export type NewPlanStep = { "description": string; "position"?: number; "status"?: "pending" | "in_progress" | "completed" | "skipped" }

export type PlanStepChanges = { "description"?: string; "position"?: number; "status"?: "pending" | "in_progress" | "completed" | "skipped" }

export type ConversationReview = { "id": string; "conversation_id": string; "created_at": string; "updated_at": string; "message_id": string | null; "note": string | null; "score": number | null; "reviewed_by": string | null }

export type NewConversationReview = { "message_id"?: string; "note"?: string; "score"?: number }

export type ConversationReviewChanges = { "note"?: string | null; "score"?: number | null }

export type Appointment = { "id": string; "prospect_id": string; "prospect_name": string; "property_id": string | null; "property_name": string | null; "assigned_rep_id": string | null; "assigned_rep_name": string | null; "scheduled_date": string; "duration_minutes": number; "location": string | null; "status": "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; "notes": string | null; "source_channel": string | null; "conversation_id": string | null; "created_at": string; "updated_at": string }

export type NewAppointment = { "prospect_id": string; "property_id"?: string; "property_name"?: string; "assigned_rep_id"?: string; "scheduled_date": string; "duration_minutes"?: number; "status"?: "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; "location"?: string; "notes"?: string; "source_channel"?: string; "conversation_id"?: string }

export type AppointmentChanges = { "property_id"?: string | null; "assigned_rep_id"?: string | null; "scheduled_date"?: string; "duration_minutes"?: number; "location"?: string | null; "status"?: "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; "notes"?: string | null; "reason"?: string }

export type RescheduleAppointment = { "scheduled_date": string; "duration_minutes"?: number; "assigned_rep_id"?: string; "reason"?: string }

export type AppointmentChange = { "id": string; "status": "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; "scheduled_date": string; "duration_minutes": number; "assigned_rep_id": string | null; "reason": string | null; "changed_by": string | null; "created_at": string }

export type HandoffPackage = { "id": string; "conversation_id": string | null; "prospect_id": string; "appointment_id": string | null; "prospect_name": string; "prospect_phone": string | null; "prospect_email": string | null; "prospect_whatsapp": string | null; "timestamp": string; "priority": "high" | "medium" | "low"; "reason": string; "reasons": (string)[]; "summary": string | null; "detected_needs": (string)[]; "suggested_properties": (string)[]; "suggestions": ({ "property_id": string; "name": string; "reasons": (string)[] })[]; "qualification_score": Record<string, unknown> | null; "conversation_context": string; "next_steps": (string)[]; "status": "pending" | "claimed" | "completed" | "expired"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "claimed_by": string | null; "claimed_by_name": string | null; "claimed_at": string | null; "completed_at": string | null; "outcome": string | null; "expires_at": string; "source_channel": string | null; "suggested_follow_up_channel": string | null; "created_at": string; "updated_at": string }

export type NewHandoff = { "prospect_id": string; "prospect_name"?: string; "prospect_phone"?: string; "prospect_email"?: string; "prospect_whatsapp"?: string; "conversation_id"?: string; "appointment_id"?: string; "priority"?: "high" | "medium" | "low"; "reason"?: string; "summary"?: string; "detected_needs"?: (string)[]; "suggested_properties"?: (string)[]; "qualification_score"?: Record<string, unknown>; "conversation_context"?: string; "next_steps"?: (string)[]; "source_channel"?: string; "suggested_follow_up_channel"?: string; "expires_at"?: string }

export type HandoffChanges = { "priority"?: "high" | "medium" | "low"; "reason"?: string; "summary"?: string | null; "detected_needs"?: (string)[]; "suggested_properties"?: (string)[]; "conversation_context"?: string | null; "next_steps"?: (string)[]; "assigned_to"?: string | null; "suggested_follow_up_channel"?: string | null; "expires_at"?: string }

export type RoutingRuleAndAliases = { "id": string; "name": string; "active": boolean; "position": number; "applies_to": ("prospect" | "handoff")[]; "conditions": { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy": "member" | "round_robin" | "auto"; "member_ids": (string)[]; "turns": number; "created_at": string; "updated_at": string; "enabled": boolean; "priority": number; "assign_to": string }

export type NewRoutingRule = { "name": string; "member_ids"?: (string)[]; "active"?: boolean; "position"?: number; "applies_to"?: ("prospect" | "handoff")[]; "conditions"?: { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy"?: "member" | "round_robin" | "auto"; "assign_to"?: string }

export type RoutingRuleChanges = { "name"?: string; "member_ids"?: (string)[]; "active"?: boolean; "position"?: number; "applies_to"?: ("prospect" | "handoff")[]; "conditions"?: { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy"?: "member" | "round_robin" | "auto"; "assign_to"?: string }

export type ContactedProspect = { "campaign_id": string; "prospect_id": string; "name": string; "channel": string; "contact": string | null; "language": string | null; "city": string | null; "primary_segment": string | null; "budget_max": number | null; "property_type_pref": string | null }

export type CampaignRun = { "id": string; "campaign_id": string; "status": "active" | "paused" | "completed" | "stopped"; "progress": number; "contacts": number; "attempts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "connect_rate": number; "booked_appointments": number; "started_at": string | null; "ended_at": string | null }

export type QueuedLead = { "id": string; "campaign_id": string; "prospect_id": string | null; "name": string; "phone": string | null; "status": "queued" | "dialing" | "connected" | "completed" | "failed"; "attempts": number; "scheduled_at": string | null }

export type NewQueuedLead = { "prospect_id"?: string; "contact_id"?: string }

export type TeamMember = { "id": string; "name": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "avatar": string | null; "last_active": string | null; "status": "active" | "suspended"; "created_at": string; "updated_at": string }

export type DatabaseTest = { "success": true; "message": string; "tables": { "properties": { "accessible": boolean; "count": number }; "integrations": { "accessible": boolean; "count": number } } }

export type Error = { "error": string; "message": string; "code": string; "request_id": string; "details"?: ({ "path": string; "message": string })[] }

/** The input and response of each operation. */
export interface Operations {
  /** Create an account; `metadata` fills the profile */
  signUp: { input: { body: { "email": string; "password": string; "name"?: string; "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "invitation_token"?: string; "metadata"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string } } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "message": string; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Create an account, with `invitation_token` in the workspace of the invitation; the response is that of a login */
  register: { input: { body: { "email": string; "password": string; "name"?: string; "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "invitation_token"?: string; "metadata"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string } } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Sign in; an account with a second factor gets 403 `two_factor_required` with `two_factor_token` and `methods`, to continue with `POST /api/auth/two-factor/sign-in` */
  login: { input: { body: { "email": string; "password": string } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Exchange a refresh token, from the body or the cookie, for new tokens; each can be used once */
  refresh: { input: { body: { "refresh_token"?: string } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Sign out: the sessions of the token and of the cookie end at once, and the cookies are removed */
  logout: { input: undefined; response: { "success": true; "message": string } }
  /** Sign out: the sessions of the token and of the cookie end at once, and the cookies are removed */
  signOut: { input: undefined; response: { "success": true; "message": string } }
  /** Get the signed-in user and their workspaces */
  getMe: { input: undefined; response: { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean; "success": true; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "data": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean } } }
  /** Delete the caller's account; data that others rely on, like messages, stays with a deleted user */
  deleteAccount: { input: { body: { "password"?: string } }; response: { "success": true } }
  /** List the caller's sessions */
  listSessions: { input: undefined; response: { "data": ({ "id": string; "user_agent": string | null; "ip": string | null; "created_at": string; "last_used_at": string; "expires_at": string; "current": boolean })[]; "next_cursor": string | null } }
  /** End all of the caller's sessions but this one */
  revokeOtherSessions: { input: undefined; response: { "success": true } }
  /** End one of the caller's sessions */
  revokeSession: { input: { path: { id: string } }; response: { "success": true } }
  /** Get the caller's second factors and the number of recovery codes left */
  getTwoFactor: { input: undefined; response: { "enabled": boolean; "methods": ("totp" | "passkey" | "recovery_code")[]; "totp": { "created_at": string } | null; "passkeys": ({ "id": string; "name": string; "created_at": string; "last_used_at": string | null })[]; "recovery_codes_left": number } }
  /** Remove all of the caller's second factors; their other sessions end */
  disableTwoFactor: { input: { body: { "password"?: string; "code"?: string } }; response: { "success": true } }
  /** Start setting up an authenticator app; it becomes active when its first code is confirmed, within 30 minutes */
  beginTotp: { input: { body: { "password"?: string; "code"?: string } }; response: { "secret": string; "otpauth_uri": string } }
  /** Remove the authenticator app; the caller's other sessions end */
  disableTotp: { input: { body: { "password"?: string; "code"?: string } }; response: { "success": true } }
  /** Confirm the authenticator app with its first code; a first factor returns recovery codes, shown only now, and ends the caller's other sessions */
  confirmTotp: { input: { body: { "code": string } }; response: { "enabled": true; "recovery_codes": (string)[] } }
  /** Start adding a passkey: the options for the browser, whose challenge can be used once, within five minutes */
  beginPasskey: { input: { body: { "password"?: string; "code"?: string } }; response: { "options": Record<string, unknown> } }
  /** Add the passkey that the browser created; a first factor returns recovery codes, shown only now, and ends the caller's other sessions */
  addPasskey: { input: { body: { "name"?: string; "response": { "id": string; "rawId": string; "type": "public-key"; "authenticatorAttachment"?: "platform" | "cross-platform"; "clientExtensionResults"?: Record<string, unknown>; "response": { "clientDataJSON": string; "attestationObject": string; "transports"?: ("ble" | "cable" | "hybrid" | "internal" | "nfc" | "smart-card" | "usb")[] } } } }; response: { "id": string; "name": string; "created_at": string; "last_used_at": string | null; "recovery_codes": (string)[] } }
  /** Rename a passkey */
  renamePasskey: { input: { path: { id: string }; body: { "name": string } }; response: { "id": string; "name": string; "created_at": string; "last_used_at": string | null } }
  /** Remove a passkey; the caller's other sessions end */
  deletePasskey: { input: { path: { id: string }; body: { "password"?: string; "code"?: string } }; response: { "success": true } }
  /** Create ten new recovery codes, shown only now; the earlier ones stop working */
  renewRecoveryCodes: { input: { body: { "password"?: string; "code"?: string } }; response: { "recovery_codes": (string)[] } }
  /** Complete a sign-in with the second factor; the response is that of a login */
  signInWithSecondFactor: { input: { body: { "two_factor_token": string; "code"?: string; "recovery_code"?: string; "passkey"?: { "id": string; "rawId": string; "type": "public-key"; "authenticatorAttachment"?: "platform" | "cross-platform"; "clientExtensionResults"?: Record<string, unknown>; "response": { "clientDataJSON": string; "authenticatorData": string; "signature": string; "userHandle"?: string } } } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Get the options to complete a sign-in with a passkey; their challenge can be used once, within five minutes */
  secondFactorOptions: { input: { body: { "two_factor_token": string } }; response: { "options": Record<string, unknown> } }
  /** Start a sign-in with a passkey alone: the options for the browser */
  passkeyOptions: { input: undefined; response: { "passkey_token": string; "options": Record<string, unknown> } }
  /** Sign in with a passkey alone, which the device unlocked with a PIN or a fingerprint; the response is that of a login */
  signInWithPasskey: { input: { body: { "passkey_token": string; "response": { "id": string; "rawId": string; "type": "public-key"; "authenticatorAttachment"?: "platform" | "cross-platform"; "clientExtensionResults"?: Record<string, unknown>; "response": { "clientDataJSON": string; "authenticatorData": string; "signature": string; "userHandle"?: string } } } }; response: { "session": { "user": { "id": string; "email": string }; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "token": string }; "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "access_token": string; "refresh_token": string; "token_type": "Bearer"; "expires_in": number; "expires_at": number; "success": true; "data": { "user": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean }; "token": string; "refreshToken": string } } }
  /** Change the caller's password; their other sessions end */
  changePassword: { input: { body: { "current_password": string; "new_password": string } }; response: { "message": string } }
  /** Change the caller's password; their other sessions end */
  changePasswordAtUsers: { input: { body: { "current_password": string; "new_password": string } }; response: { "message": string } }
  /** Send a link by e-mail to choose a new password */
  forgotPassword: { input: { body: { "email": string } }; response: { "message": string } }
  /** Choose a new password with the token of that link; every session ends */
  resetPassword: { input: { body: { "token": string; "password": string } }; response: { "message": string } }
  /** Change the caller's e-mail address: a link is sent to the new one, and following it makes the change */
  changeEmail: { input: { body: { "email": string; "password"?: string } }; response: { "message": string; "email": string; "new_email": string } }
  /** List the other providers that people can sign in with */
  listSignInProviders: { input: undefined; response: { "data": ({ "provider": string; "name": string })[] } }
  /** Send a browser to another provider to sign in; it returns with cookies to `redirect_to`, a page of this server or of CORS_ORIGINS, and with `popup` that page gets a message */
  signInElsewhere: { input: { path: { provider: string }; query?: { redirect_to?: string; popup?: string } }; response: null }
  /** The same as `/api/auth/oauth/google` */
  signInWithGoogle: { input: { query?: { redirect_to?: string; popup?: string } }; response: null }
  /** The same as `/api/auth/oauth/facebook` */
  signInWithFacebook: { input: { query?: { redirect_to?: string; popup?: string } }; response: null }
  /** Receive the browser that the provider sends back */
  returnFromElsewhere: { input: { path: { provider: string }; query?: { state?: string; code?: string; iss?: string; error?: string } }; response: null }
  /** Send a code by e-mail or SMS; with `code`, confirm it */
  verify: { input: { body: { "type": "email" | "phone"; "contact"?: string; "code"?: string } }; response: { "message": string; "type": "email" | "phone"; "email_verified": boolean; "phone_verified": boolean; "expires_at"?: string } }
  /** Get the caller's profile; for owners and admins also a member's */
  getProfile: { input: { path: { userId: string } }; response: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "name": string | null } }
  /** Update the caller's profile */
  updateProfile: { input: { path: { userId: string }; body: { "full_name"?: string | null; "company_name"?: string | null; "display_name"?: string | null; "username"?: string | null; "phone"?: string | null; "avatar_url"?: string | null } }; response: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "name": string | null } }
  /** Become an affiliate */
  becomeAffiliate: { input: { path: { userId: string } }; response: { "message": string } }
  /** Get the signed-in user, whose profile always exists */
  ensureProfile: { input: undefined; response: { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean; "success": true; "data": { "id": string; "email": string; "name": string | null; "full_name": string | null; "username": string | null; "display_name": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "is_admin": boolean; "is_affiliate": boolean; "email_verified": boolean; "phone_verified": boolean; "oauth_provider": string | null; "oauth_id": string | null; "is_active": true; "workspace": { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string } | null; "workspaces": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null })[]; "created_at": string; "updated_at": string; "displayName": string | null; "avatar": string | null; "isAdmin": boolean } } }
  /** List the members of all of the caller's workspaces */
  listColleagues: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "email": string; "name": string | null; "username": string | null; "display_name": string | null; "avatar_url": string | null; "displayName": string | null; "avatar": string | null; "avatarUrl": string | null })[]; "next_cursor": string | null; "success": true } }
  /** Get the caller or a member of one of the caller's workspaces by exact username */
  findColleague: { input: { path: { username: string } }; response: { "id": string; "email": string; "name": string | null; "username": string | null; "display_name": string | null; "avatar_url": string | null; "displayName": string | null; "avatar": string | null; "avatarUrl": string | null; "success": true; "data": { "id": string; "email": string; "name": string | null; "username": string | null; "display_name": string | null; "avatar_url": string | null; "displayName": string | null; "avatar": string | null; "avatarUrl": string | null } } }
  /** Update the caller's own profile */
  updateOwnUser: { input: { path: { id: string }; body: { "full_name"?: string | null; "company_name"?: string | null; "display_name"?: string | null; "username"?: string | null; "phone"?: string | null; "avatar_url"?: string | null; "password_hash"?: unknown } }; response: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "name": string | null; "avatarUrl": string | null; "success": true; "data": { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "name": string | null; "avatarUrl": string | null } } }
  /** List the caller's workspaces */
  listWorkspaces: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string })[]; "next_cursor": string | null } }
  /** Create a workspace and switch to it */
  createWorkspace: { input: { body: { "name": string; "default_country"?: string; "currency"?: string; "time_zone"?: string } }; response: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Get a workspace */
  getWorkspace: { input: { path: { workspaceId: string } }; response: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Update a workspace's name and defaults */
  updateWorkspace: { input: { path: { workspaceId: string }; body: { "name"?: string; "default_country"?: string; "currency"?: string; "time_zone"?: string } }; response: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Delete a workspace; its data is removed permanently after 30 days */
  deleteWorkspace: { input: { path: { workspaceId: string } }; response: { "success": true } }
  /** Get the settings of the current workspace */
  getSettings: { input: undefined; response: { "workspace_id": string; "name": string; "default_country": string; "currency": string; "time_zone": string; "preferences": Record<string, unknown>; "updated_at": string } }
  /** Update the settings of the current workspace; omitted fields keep their values */
  updateSettings: { input: { body: { "name"?: string; "default_country"?: string; "currency"?: string; "time_zone"?: string; "preferences"?: Record<string, unknown> } }; response: { "workspace_id": string; "name": string; "default_country": string; "currency": string; "time_zone": string; "preferences": Record<string, unknown>; "updated_at": string } }
  /** Update the settings of the current workspace; omitted fields keep their values */
  putSettings: { input: { body: { "name"?: string; "default_country"?: string; "currency"?: string; "time_zone"?: string; "preferences"?: Record<string, unknown> } }; response: { "workspace_id": string; "name": string; "default_country": string; "currency": string; "time_zone": string; "preferences": Record<string, unknown>; "updated_at": string } }
  /** Make this workspace the default for requests that name none */
  switchWorkspace: { input: { path: { workspaceId: string } }; response: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** List the members of the workspace */
  listMembers: { input: { path: { workspaceId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "user_id": string; "name": string | null; "email": string; "avatar_url": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string })[]; "next_cursor": string | null } }
  /** Change a member's role; only an owner changes owners */
  changeRole: { input: { path: { workspaceId: string; userId: string }; body: { "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; response: { "id": string; "user_id": string; "name": string | null; "email": string; "avatar_url": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string } }
  /** Remove a member; their API keys of this workspace end too */
  removeMember: { input: { path: { workspaceId: string; userId: string } }; response: { "success": true } }
  /** Leave a workspace; the last owner cannot */
  leaveWorkspace: { input: { path: { workspaceId: string } }; response: { "success": true } }
  /** Invite a person for a week; the token is shown only now */
  createInvitation: { input: { path: { workspaceId: string }; body: { "email": string; "role"?: "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; response: { "id": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string; "expires_at": string; "token": string; "accept_url": string } }
  /** List the invitations that can still be accepted */
  listInvitations: { input: { path: { workspaceId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "created_at": string; "expires_at": string })[]; "next_cursor": string | null } }
  /** Revoke an invitation */
  deleteInvitation: { input: { path: { workspaceId: string; id: string } }; response: { "success": true } }
  /** Accept an invitation: join its workspace and switch to it */
  acceptInvitation: { input: { body: { "token": string } }; response: { "id": string; "name": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "default_country": string; "currency": string; "time_zone": string; "created_at": string; "updated_at": string } }
  /** Create an API key for this workspace; the key is shown only now */
  createApiKey: { input: { body: { "name": string; "scopes": ("workspace:read" | "workspace:write" | "workspace:delete" | "members:read" | "members:write" | "audit:read" | "contacts:read" | "contacts:write" | "contacts:erase" | "contacts:import" | "timeline:read" | "contact-lists:read" | "do-not-call:read" | "do-not-call:write" | "files:read" | "files:write" | "telephony:read" | "telephony:write" | "campaigns:read" | "campaigns:write" | "campaign-calls:read" | "call-log:read" | "conversations:read" | "conversations:write" | "products:read" | "products:write" | "orders:read" | "orders:write" | "forms:read" | "forms:write" | "form-submissions:read" | "clients:read" | "clients:write" | "calls:read" | "calls:write" | "analytics:read" | "knowledge:write" | "properties:read" | "properties:write" | "prospects:read" | "prospects:write" | "conversations:review" | "qualification:write" | "appointments:read" | "appointments:write" | "handoffs:read" | "handoffs:write" | "routing:read" | "routing:write" | "billing:read" | "billing:write" | "invoices:read" | "integrations:read" | "integrations:write" | "payments:read" | "payments:write" | "payments:refund" | "realtime:connect")[]; "expires_at"?: string } }; response: { "id": string; "name": string; "prefix": string; "scopes": (string)[]; "created_by": string; "created_at": string; "expires_at": string | null; "last_used_at": string | null; "key": string } }
  /** List the API keys of this workspace */
  listApiKeys: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "name": string; "prefix": string; "scopes": (string)[]; "created_by": string; "created_at": string; "expires_at": string | null; "last_used_at": string | null })[]; "next_cursor": string | null } }
  /** Revoke an API key; it stops working at once */
  revokeApiKey: { input: { path: { id: string } }; response: { "success": true } }
  /** List the changes of access in this workspace */
  listAudit: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "action": string; "user_id": string | null; "target": string | null; "details": Record<string, unknown>; "address": string | null; "created_at": string })[]; "next_cursor": string | null } }
  /** Delete the caller's account; data that others rely on, like messages, stays with a deleted user */
  deleteAccountAtUsers: { input: { body: { "password"?: string } }; response: { "success": true } }
  /** Export all data about the caller as one JSON file */
  exportAccount: { input: undefined; response: Record<string, unknown> }
  /** Create an account (supabase.auth.signUp) */
  supabaseSignUp: { input: { body: { "email": string; "password": string; "data"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string } } }; response: { "access_token": string; "token_type": "bearer"; "expires_in": number; "expires_at": number; "refresh_token": string; "user": { "id": string; "aud": "authenticated"; "role": "authenticated"; "email": string; "email_confirmed_at": string | null; "confirmed_at": string | null; "new_email": string | null; "email_change_sent_at": string | null; "phone": string; "phone_confirmed_at": string | null; "last_sign_in_at": string | null; "app_metadata": { "provider": string; "providers": (string)[] }; "user_metadata": Record<string, unknown>; "identities": ({ "identity_id": string; "id": string; "user_id": string; "identity_data": Record<string, unknown>; "provider": string; "email": string | null; "last_sign_in_at": string | null; "created_at": string; "updated_at": string })[]; "is_anonymous": boolean; "created_at": string; "updated_at": string } } }
  /** Sign in or refresh tokens (supabase.auth.signInWithPassword, refreshSession, exchangeCodeForSession) */
  supabaseToken: { input: { query: { grant_type: "password" | "refresh_token" | "pkce" }; body: { "email"?: string; "password"?: string; "refresh_token"?: string; "auth_code"?: string; "code_verifier"?: string } }; response: { "access_token": string; "token_type": "bearer"; "expires_in": number; "expires_at": number; "refresh_token": string; "user": { "id": string; "aud": "authenticated"; "role": "authenticated"; "email": string; "email_confirmed_at": string | null; "confirmed_at": string | null; "new_email": string | null; "email_change_sent_at": string | null; "phone": string; "phone_confirmed_at": string | null; "last_sign_in_at": string | null; "app_metadata": { "provider": string; "providers": (string)[] }; "user_metadata": Record<string, unknown>; "identities": ({ "identity_id": string; "id": string; "user_id": string; "identity_data": Record<string, unknown>; "provider": string; "email": string | null; "last_sign_in_at": string | null; "created_at": string; "updated_at": string })[]; "is_anonymous": boolean; "created_at": string; "updated_at": string } } }
  /** Send a browser to another provider to sign in (supabase.auth.signInWithOAuth); it returns to `redirect_to` with the session after the `#`, or with PKCE with a code */
  supabaseAuthorize: { input: { query: { redirect_to?: string; provider: string; code_challenge?: string; code_challenge_method?: "s256" | "S256"; scopes?: string; prompt?: string; login_hint?: string; hd?: string; domain_hint?: string; access_type?: string; include_granted_scopes?: string; display?: string; ui_locales?: string; acr_values?: string; screen_hint?: string; login?: string; allow_signup?: string } }; response: null }
  /** Send a link and a code by e-mail for a forgotten password (supabase.auth.resetPasswordForEmail) */
  supabaseRecover: { input: { query?: { redirect_to?: string }; body: { "email": string; "code_challenge"?: string; "code_challenge_method"?: "s256" | "S256" } }; response: {  } }
  /** Send a link and a code by e-mail to sign in without a password (supabase.auth.signInWithOtp) */
  supabaseOtp: { input: { query?: { redirect_to?: string }; body: { "email": string; "create_user"?: boolean; "data"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string }; "code_challenge"?: string; "code_challenge_method"?: "s256" | "S256" } }; response: {  } }
  /** Send the mail of a sign-up or of a change of address again (supabase.auth.resend) */
  supabaseResend: { input: { query?: { redirect_to?: string }; body: { "type": "signup" | "email_change"; "email": string; "code_challenge"?: string; "code_challenge_method"?: "s256" | "S256" } }; response: {  } }
  /** Send the caller a code by e-mail, which `nonce` gives later (supabase.auth.reauthenticate) */
  supabaseReauthenticate: { input: undefined; response: {  } }
  /** Send the caller a code by e-mail, which `nonce` gives later (supabase.auth.reauthenticate) */
  supabasePostReauthenticate: { input: undefined; response: {  } }
  /** Sign in with the code or token of a mail (supabase.auth.verifyOtp) */
  supabaseVerify: { input: { body: { "type": "recovery" | "email" | "magiclink" | "signup" | "email_change"; "token_hash"?: string; "token"?: string; "email"?: string } }; response: { "access_token": string; "token_type": "bearer"; "expires_in": number; "expires_at": number; "refresh_token": string; "user": { "id": string; "aud": "authenticated"; "role": "authenticated"; "email": string; "email_confirmed_at": string | null; "confirmed_at": string | null; "new_email": string | null; "email_change_sent_at": string | null; "phone": string; "phone_confirmed_at": string | null; "last_sign_in_at": string | null; "app_metadata": { "provider": string; "providers": (string)[] }; "user_metadata": Record<string, unknown>; "identities": ({ "identity_id": string; "id": string; "user_id": string; "identity_data": Record<string, unknown>; "provider": string; "email": string | null; "last_sign_in_at": string | null; "created_at": string; "updated_at": string })[]; "is_anonymous": boolean; "created_at": string; "updated_at": string } } | { "msg": string; "code": 200 } }
  /** Follow the link of a mail to `redirect_to`, with the session after the `#`, or with PKCE with a code */
  supabaseFollowLink: { input: { query: { redirect_to?: string; type: "recovery" | "email" | "magiclink" | "signup" | "email_change"; token: string } }; response: null }
  /** Get the ways to sign in */
  supabaseSettings: { input: undefined; response: { "external": Record<string, boolean>; "disable_signup": boolean; "mailer_autoconfirm": boolean; "phone_autoconfirm": boolean; "sms_provider": string; "saml_enabled": boolean } }
  /** Check the health of signing in */
  supabaseHealth: { input: undefined; response: { "name": string; "version": string; "description": string } }
  /** Get the signed-in user (supabase.auth.getUser) */
  supabaseGetUser: { input: undefined; response: { "id": string; "aud": "authenticated"; "role": "authenticated"; "email": string; "email_confirmed_at": string | null; "confirmed_at": string | null; "new_email": string | null; "email_change_sent_at": string | null; "phone": string; "phone_confirmed_at": string | null; "last_sign_in_at": string | null; "app_metadata": { "provider": string; "providers": (string)[] }; "user_metadata": Record<string, unknown>; "identities": ({ "identity_id": string; "id": string; "user_id": string; "identity_data": Record<string, unknown>; "provider": string; "email": string | null; "last_sign_in_at": string | null; "created_at": string; "updated_at": string })[]; "is_anonymous": boolean; "created_at": string; "updated_at": string } }
  /** Change the caller's password, e-mail address or metadata (supabase.auth.updateUser) */
  supabaseUpdateUser: { input: { query?: { redirect_to?: string }; body: { "email"?: string; "password"?: string; "current_password"?: string; "nonce"?: string; "data"?: { "full_name"?: string; "company_name"?: string; "display_name"?: string; "username"?: string; "phone"?: string; "avatar_url"?: string; "name"?: string }; "code_challenge"?: string; "code_challenge_method"?: "s256" | "S256" } }; response: { "id": string; "aud": "authenticated"; "role": "authenticated"; "email": string; "email_confirmed_at": string | null; "confirmed_at": string | null; "new_email": string | null; "email_change_sent_at": string | null; "phone": string; "phone_confirmed_at": string | null; "last_sign_in_at": string | null; "app_metadata": { "provider": string; "providers": (string)[] }; "user_metadata": Record<string, unknown>; "identities": ({ "identity_id": string; "id": string; "user_id": string; "identity_data": Record<string, unknown>; "provider": string; "email": string | null; "last_sign_in_at": string | null; "created_at": string; "updated_at": string })[]; "is_anonymous": boolean; "created_at": string; "updated_at": string } }
  /** Sign out and remove the cookies (supabase.auth.signOut) */
  supabaseLogout: { input: { query?: { scope?: "global" | "local" | "others" } }; response: null }
  /** Get the platform's statistics */
  getStatistics: { input: undefined; response: { "users": number; "active_users": number; "suspended_users": number; "banned_users": number; "reports": number; "open_reports": number; "chats": number; "groups": number; "messages": number; "messages_today": number; "video_calls": number; "storage_bytes": number; "per_day": ({ "date": string; "users": number; "messages": number; "video_calls": number })[]; "per_month": ({ "month": string; "users": number })[] } }
  /** List every user of the platform, newest first; `q` searches names and e-mail addresses */
  listManagedUsers: { input: { query?: { limit?: number; cursor?: string; q?: string } }; response: { "data": ({ "id": string; "email": string; "name": string | null; "username": string | null; "phone": string | null; "is_admin": boolean; "email_verified": boolean; "phone_verified": boolean; "suspended": boolean; "banned": boolean; "suspended_at": string | null; "banned_at": string | null; "last_active_at": string | null; "created_at": string })[]; "next_cursor": string | null } }
  /** Suspend a user; their sessions end at once */
  suspendUser: { input: { path: { id: string }; body: { "reason"?: string } }; response: { "id": string; "email": string; "name": string | null; "username": string | null; "phone": string | null; "is_admin": boolean; "email_verified": boolean; "phone_verified": boolean; "suspended": boolean; "banned": boolean; "suspended_at": string | null; "banned_at": string | null; "last_active_at": string | null; "created_at": string } }
  /** Lift a user's suspension or ban */
  unsuspendUser: { input: { path: { id: string }; body: { "reason"?: string } }; response: { "id": string; "email": string; "name": string | null; "username": string | null; "phone": string | null; "is_admin": boolean; "email_verified": boolean; "phone_verified": boolean; "suspended": boolean; "banned": boolean; "suspended_at": string | null; "banned_at": string | null; "last_active_at": string | null; "created_at": string } }
  /** Ban a user permanently */
  banUser: { input: { path: { id: string }; body: { "reason"?: string } }; response: { "id": string; "email": string; "name": string | null; "username": string | null; "phone": string | null; "is_admin": boolean; "email_verified": boolean; "phone_verified": boolean; "suspended": boolean; "banned": boolean; "suspended_at": string | null; "banned_at": string | null; "last_active_at": string | null; "created_at": string } }
  /** Delete a user's account and personal data; data that others rely on stays with a deleted user */
  deleteUser: { input: { path: { id: string } }; response: { "success": true } }
  /** Mark a user's e-mail address or telephone as verified */
  verifyUser: { input: { path: { id: string }; body: { "type"?: "email" | "phone" } }; response: { "id": string; "email": string; "name": string | null; "username": string | null; "phone": string | null; "is_admin": boolean; "email_verified": boolean; "phone_verified": boolean; "suspended": boolean; "banned": boolean; "suspended_at": string | null; "banned_at": string | null; "last_active_at": string | null; "created_at": string } }
  /** List what users have reported, newest first */
  listReports: { input: { query?: { limit?: number; cursor?: string; status?: "open" | "resolved" | "dismissed" } }; response: { "data": ({ "id": string; "subject_type": "user" | "message" | "chat"; "subject_id": string; "reason": string; "details": string | null; "status": "open" | "resolved" | "dismissed"; "created_at": string; "reporter": { "id": string; "name": string | null; "email": string }; "reported_user": { "id": string; "name": string | null; "email": string } | null; "quote": string | null; "note": string | null; "handled_by": string | null; "handled_at": string | null })[]; "next_cursor": string | null } }
  /** Resolve or dismiss a report */
  handleReport: { input: { path: { id: string }; body: { "status": "open" | "resolved" | "dismissed"; "note"?: string } }; response: { "id": string; "subject_type": "user" | "message" | "chat"; "subject_id": string; "reason": string; "details": string | null; "status": "open" | "resolved" | "dismissed"; "created_at": string; "reporter": { "id": string; "name": string | null; "email": string }; "reported_user": { "id": string; "name": string | null; "email": string } | null; "quote": string | null; "note": string | null; "handled_by": string | null; "handled_at": string | null } }
  /** Report a user, or a message or chat that the caller can see, to the administrators */
  createReport: { input: { body: { "subject_type": "user" | "message" | "chat"; "subject_id": string; "reason": string; "details"?: string } }; response: { "id": string; "subject_type": "user" | "message" | "chat"; "subject_id": string; "reason": string; "details": string | null; "status": "open" | "resolved" | "dismissed"; "created_at": string } }
  /** List contacts, newest first */
  listContacts: { input: { query?: { limit?: number; cursor?: string; userId?: string; contact_list_id?: string; phone_number?: string; email?: string; tag?: string; q?: string } }; response: { "data": (Contact)[]; "next_cursor": string | null } }
  /** Add a contact */
  createContact: { input: { body: NewContact }; response: Contact }
  /** Get a contact */
  getContact: { input: { path: { id: string } }; response: Contact }
  /** Update a contact; omitted fields keep their values, custom fields one by one */
  updateContact: { input: { path: { id: string }; body: ContactChanges }; response: Contact }
  /** Update a contact; omitted fields keep their values, custom fields one by one */
  putContact: { input: { path: { id: string }; body: ContactChanges }; response: Contact }
  /** Delete a contact */
  deleteContact: { input: { path: { id: string } }; response: { "success": true } }
  /** Erase a contact permanently (GDPR, article 17), also from calls, orders and forms */
  eraseContact: { input: { path: { id: string } }; response: { "success": true } }
  /** List a contact's whole history, newest first, from every module */
  getTimeline: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (TimelineEntry)[]; "next_cursor": string | null } }
  /** List the ways to reach a contact */
  listIdentities: { input: { path: { id: string } }; response: { "data": (Identity)[] } }
  /** Add a way to reach a contact */
  addIdentity: { input: { path: { id: string }; body: NewIdentity }; response: Identity }
  /** Merge two contacts: everything of `contact_id` moves to this one */
  mergeContacts: { input: { path: { id: string }; body: { "contact_id": string } }; response: Contact }
  /** List contact lists, newest first */
  listContactLists: { input: { query?: { userId?: string; cursor?: string } }; response: (ContactList)[] }
  /** Create a contact list */
  createContactList: { input: { body: NewContactList }; response: ContactList }
  /** Get a contact list */
  getContactList: { input: { path: { id: string } }; response: ContactList }
  /** Rename a contact list */
  updateContactList: { input: { path: { id: string }; body: ContactListChanges }; response: ContactList }
  /** Rename a contact list */
  putContactList: { input: { path: { id: string }; body: ContactListChanges }; response: ContactList }
  /** Delete a contact list; its contacts stay */
  deleteContactList: { input: { path: { id: string } }; response: { "success": true } }
  /** Add contacts to a list */
  addToContactList: { input: { path: { id: string }; body: ContactIds }; response: ContactList }
  /** Remove contacts from a list */
  removeFromContactList: { input: { path: { id: string }; body: ContactIds }; response: { "success": true } }
  /** Import a CSV into a list: form field "file", and "mapping" where the headers are not clear */
  importContacts: { input: { path: { id: string }; body: Upload & { "mapping"?: string } | FormData }; response: Import }
  /** Preview the import of a CSV: columns, mapping and the first ten rows; nothing is stored */
  previewImport: { input: { body: Upload & { "mapping"?: string } | FormData }; response: ImportPreview }
  /** Get the progress of an import */
  getImport: { input: { path: { id: string } }; response: Import }
  /** List the rows that an import refused, with the reason for each */
  getImportErrors: { input: { path: { id: string } }; response: string }
  /** List the numbers that no campaign calls */
  listDoNotCall: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": (DoNotCallEntry)[]; "next_cursor": string | null } }
  /** Add a number to the do-not-call list */
  addDoNotCall: { input: { body: NewDoNotCallEntry }; response: DoNotCallEntry }
  /** Remove a number from the do-not-call list, by the number or its id in the query */
  deleteDoNotCallByNumber: { input: { query?: { phone_number?: string; id?: string } }; response: { "success": true } }
  /** Remove a number from the do-not-call list */
  deleteDoNotCall: { input: { path: { id: string } }; response: { "success": true } }
  /** List greetings, newest first */
  listGreetingFiles: { input: { query?: { userId?: string; cursor?: string } }; response: (GreetingFile)[] }
  /** Upload a greeting: WAV, MP3, M4A, Ogg Opus, FLAC, or WebM or MP4 as browsers record it, to 50 MB, in the form field "file" */
  createGreetingFile: { input: { body: Upload | FormData }; response: GreetingFile }
  /** Delete a greeting */
  deleteGreetingFile: { input: { path: { id: string } }; response: { "success": true } }
  /** Download a file */
  getFile: { input: { path: { id: string; filename: string } }; response: Blob }
  /** Create an address of this file that opens without a login for 15 minutes */
  signFile: { input: { path: { id: string } }; response: SignedUrl }
  /** Download a file by its signed address */
  getSignedFile: { input: { path: { token: string; filename: string } }; response: Blob }
  /** Create a one-time ticket for /ws, for clients that can send neither header nor cookie */
  createRealtimeTicket: { input: undefined; response: { "ticket": string; "expires_in": number } }
  /** List the plans */
  listPlans: { input: undefined; response: { "data": ({ "id": string; "name": string; "price": number; "currency": string; "interval": "month" | "year" | "one_off"; "limits": { "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null } })[]; "next_cursor": string | null } }
  /** Get the active subscription of a user's workspace; 404 while a chosen plan waits for its first payment */
  getSubscription: { input: { path: { userId: string } }; response: { "id": string; "user_id": string; "plan_id": string; "plan": string; "plan_name": string; "status": "incomplete" | "active" | "canceled"; "current_period_end": string | null; "paid_once_at": string | null; "cancelled_at": string | null; "pending_change": { "plan_id": string; "plan_name": string; "starts_at": string | null } | null; "open_invoice_id": string | null; "paypal_subscription_id": string | null; "paypal_plan_id": string | null; "monthly_price": number | null; "currency": string | null; "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null; "created_at": string; "updated_at": string } }
  /** Cancel the subscription, like `POST` to `cancel` */
  deleteSubscription: { input: { path: { userId: string } }; response: { "success": true } }
  /** Get the subscription of a user's workspace that waits for its first payment */
  getUnpaidSubscription: { input: { path: { userId: string } }; response: { "id": string; "user_id": string; "plan_id": string; "plan": string; "plan_name": string; "status": "incomplete" | "active" | "canceled"; "current_period_end": string | null; "paid_once_at": string | null; "cancelled_at": string | null; "pending_change": { "plan_id": string; "plan_name": string; "starts_at": string | null } | null; "open_invoice_id": string | null; "paypal_subscription_id": string | null; "paypal_plan_id": string | null; "monthly_price": number | null; "currency": string | null; "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null; "created_at": string; "updated_at": string } }
  /** Choose or change the plan: a free one is active at once, a paid one when it is paid for, and a paid period stays until then or until its end */
  choosePlan: { input: { body: { "user_id"?: string; "plan_id": string } }; response: { "id": string; "user_id": string; "plan_id": string; "plan": string; "plan_name": string; "status": "incomplete" | "active" | "canceled"; "current_period_end": string | null; "paid_once_at": string | null; "cancelled_at": string | null; "pending_change": { "plan_id": string; "plan_name": string; "starts_at": string | null } | null; "open_invoice_id": string | null; "paypal_subscription_id": string | null; "paypal_plan_id": string | null; "monthly_price": number | null; "currency": string | null; "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null; "created_at": string; "updated_at": string } }
  /** Cancel the subscription at the end of the paid period, or at once without one */
  cancelSubscription: { input: { path: { userId: string } }; response: { "id": string; "user_id": string; "plan_id": string; "plan": string; "plan_name": string; "status": "incomplete" | "active" | "canceled"; "current_period_end": string | null; "paid_once_at": string | null; "cancelled_at": string | null; "pending_change": { "plan_id": string; "plan_name": string; "starts_at": string | null } | null; "open_invoice_id": string | null; "paypal_subscription_id": string | null; "paypal_plan_id": string | null; "monthly_price": number | null; "currency": string | null; "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null; "created_at": string; "updated_at": string } }
  /** Undo the cancellation, as long as the period lasts */
  resumeSubscription: { input: { path: { userId: string } }; response: { "id": string; "user_id": string; "plan_id": string; "plan": string; "plan_name": string; "status": "incomplete" | "active" | "canceled"; "current_period_end": string | null; "paid_once_at": string | null; "cancelled_at": string | null; "pending_change": { "plan_id": string; "plan_name": string; "starts_at": string | null } | null; "open_invoice_id": string | null; "paypal_subscription_id": string | null; "paypal_plan_id": string | null; "monthly_price": number | null; "currency": string | null; "max_clients": number | null; "max_minutes_per_month": number | null; "max_calls_per_month": number | null; "max_contacts_per_campaign": number | null; "created_at": string; "updated_at": string } }
  /** Record that a workspace has paid for the plan it chose, which makes its subscription active */
  recordPayment: { input: { body: { "workspace_id": string; "payment_method": string; "payment_details"?: Record<string, string | number | boolean> } }; response: { "id": string; "user_id": string; "plan_id": string; "amount": number; "currency": string; "payment_method": string; "payment_details": Record<string, unknown>; "status": "completed" | "refunded"; "created_at": string } }
  /** List the payments of this workspace */
  listPayments: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "user_id": string; "plan_id": string; "amount": number; "currency": string; "payment_method": string; "payment_details": Record<string, unknown>; "status": "completed" | "refunded"; "created_at": string })[]; "next_cursor": string | null } }
  /** List the invoices of this workspace: open when a paid plan is chosen, paid when its payment is recorded */
  listInvoices: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "number": string; "subscription_id": string; "user_id": string; "plan_id": string; "paypal_invoice_id": string | null; "amount": number; "currency": string; "lines": ({ "description": string; "quantity": number; "unit_amount": number; "amount": number })[]; "status": "open" | "paid" | "void"; "period_start": string; "period_end": string; "due_date": string; "payment_id": string | null; "paid_at": string | null; "created_at": string; "updated_at": string })[]; "next_cursor": string | null } }
  /** Get an invoice */
  getInvoice: { input: { path: { id: string } }; response: { "id": string; "number": string; "subscription_id": string; "user_id": string; "plan_id": string; "paypal_invoice_id": string | null; "amount": number; "currency": string; "lines": ({ "description": string; "quantity": number; "unit_amount": number; "amount": number })[]; "status": "open" | "paid" | "void"; "period_start": string; "period_end": string; "due_date": string; "payment_id": string | null; "paid_at": string | null; "created_at": string; "updated_at": string } }
  /** Download an invoice as PDF */
  getInvoicePdf: { input: { path: { id: string } }; response: Blob }
  /** Get the key a browser subscribes with (its `applicationServerKey`) */
  getVapidPublicKey: { input: undefined; response: { "publicKey": string } }
  /** Subscribe this browser to notifications */
  subscribePush: { input: { body: { "endpoint": string; "keys": { "p256dh": string; "auth": string } } }; response: { "id": string; "endpoint": string; "createdAt": string } }
  /** Unsubscribe a browser from notifications: the one with this endpoint, or the one that this session subscribed */
  unsubscribePush: { input: { body: { "endpoint"?: string } }; response: { "success": true } }
  /** List the workspace's connections to outside systems; without a login those of the public workspace, in brief */
  listIntegrations: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> })[] } }
  /** Create or update a connection to an outside system */
  saveIntegration: { input: { body: { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "platform"?: string; "status"?: "connected" | "disconnected" | "error"; "icon"?: string | null; "settings"?: Record<string, unknown>; "last_sync"?: string; "token"?: string } }; response: { "data": { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> } } }
  /** Update the connection whose id is in the body; omitted fields keep their values */
  putIntegrationById: { input: { body: { "name"?: string; "type"?: "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status"?: "connected" | "disconnected" | "error"; "icon"?: string | null; "settings"?: Record<string, unknown>; "last_sync"?: string; "token"?: string; "id": string } }; response: { "data": { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> } } }
  /** Get a connection */
  getIntegration: { input: { path: { id: string } }; response: { "data": { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> } } }
  /** Update a connection; omitted fields keep their values */
  updateIntegration: { input: { path: { id: string }; body: { "name"?: string; "type"?: "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status"?: "connected" | "disconnected" | "error"; "icon"?: string | null; "settings"?: Record<string, unknown>; "last_sync"?: string; "token"?: string } }; response: { "data": { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> } } }
  /** Update a connection; omitted fields keep their values */
  putIntegration: { input: { path: { id: string }; body: { "name"?: string; "type"?: "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status"?: "connected" | "disconnected" | "error"; "icon"?: string | null; "settings"?: Record<string, unknown>; "last_sync"?: string; "token"?: string } }; response: { "data": { "id"?: string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "status": "connected" | "disconnected" | "error"; "platform"?: string; "icon"?: string | null; "settings"?: Record<string, unknown>; "secret_settings"?: (string)[]; "last_sync"?: string | null; "created_at"?: string; "updated_at"?: string; "config"?: Record<string, unknown> } } }
  /** Delete a connection and its token; disconnect a platform first */
  deleteIntegration: { input: { path: { id: string } }; response: { "success": true } }
  /** List the platforms a shop can be connected to, and whether each is connected */
  listShopIntegrations: { input: { path: { shopId: string } }; response: { "data": ({ "platform": string; "name": string; "type": "crm" | "telephony" | "calendar" | "messaging" | "email" | "social"; "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "accountName": string | null; "error": string | null; "expiresAt": string | null; "lastSync": string | null })[]; "nextCursor": string | null } }
  /** Connect a platform: telegram, viber and whatsapp at once by a token; for others the response says where to continue */
  connectIntegration: { input: { path: { shopId: string; platform: string }; body: { "token"?: string; "phoneNumberId"?: string; "businessAccountId"?: string; "pageId"?: string; "code"?: string } }; response: { "authUrl"?: string; "success"?: true; "platform"?: string; "accountName"?: string | null } }
  /** Disconnect a platform and delete its tokens */
  disconnectIntegration: { input: { path: { shopId: string; platform: string } }; response: { "success": true } }
  /** Use the workspace's own app at a platform (clientId, clientSecret), or its account at Stripe (secretKey, webhookSecret) or PayPal (clientId, clientSecret, webhookId) */
  saveCredentials: { input: { path: { shopId: string; platform: string }; body: { "clientId"?: string; "clientSecret"?: string; "secretKey"?: string; "webhookSecret"?: string; "webhookId"?: string } }; response: { "success": true; "webhookUrl"?: string; "verifyToken"?: string } }
  /** Return to the installation's app or account */
  removeCredentials: { input: { path: { shopId: string; platform: string } }; response: { "success": true } }
  /** Confirm to Meta that a webhook is this server's: returns the challenge when the verify token is right */
  verifyWebhook: { input: { path: { platform: string }; query?: { shopId?: string; "hub.mode"?: string; "hub.verify_token"?: string; "hub.challenge"?: string } }; response: string }
  /** Receive what a social platform posts, signed as it documents; with `shopId`, for that workspace alone */
  receiveWebhook: { input: { path: { platform: string }; query?: { shopId?: string } }; response: { "received": true } }
  /** List SIP providers with their live state, newest first */
  listSipProviders: { input: { query?: { userId?: string; cursor?: string } }; response: (SipProviderAndAliases)[] }
  /** Add a SIP provider */
  createSipProvider: { input: { body: NewSipProvider }; response: SipProviderAndAliases }
  /** Get a SIP provider with its live state */
  getSipProvider: { input: { path: { id: string } }; response: SipProviderAndAliases }
  /** Update a SIP provider; omitted fields keep their values */
  updateSipProvider: { input: { path: { id: string }; body: SipProviderChanges }; response: SipProviderAndAliases }
  /** Update a SIP provider; omitted fields keep their values */
  putSipProvider: { input: { path: { id: string }; body: SipProviderChanges }; response: SipProviderAndAliases }
  /** Delete a SIP provider */
  deleteSipProvider: { input: { path: { id: string } }; response: { "success": true } }
  /** Enable or disable a SIP provider */
  switchSipProvider: { input: { path: { id: string }; body: SipProviderSwitch }; response: { "success": true } }
  /** Test a SIP provider and return what happened */
  testSipProvider: { input: { path: { id: string } }; response: SipProviderTest }
  /** List transfer numbers, newest first */
  listTransferNumbers: { input: { query?: { userId?: string; cursor?: string } }; response: (TransferNumberAndAliases)[] }
  /** Add a transfer number */
  createTransferNumber: { input: { body: NewTransferNumber }; response: TransferNumberAndAliases }
  /** Get a transfer number */
  getTransferNumber: { input: { path: { id: string } }; response: TransferNumberAndAliases }
  /** Update a transfer number; omitted fields keep their values */
  updateTransferNumber: { input: { path: { id: string }; body: TransferNumberChanges }; response: TransferNumberAndAliases }
  /** Update a transfer number; omitted fields keep their values */
  putTransferNumber: { input: { path: { id: string }; body: TransferNumberChanges }; response: TransferNumberAndAliases }
  /** Delete a transfer number */
  deleteTransferNumber: { input: { path: { id: string } }; response: { "success": true } }
  /** Get the limits on where and how much the workspace may call, and what it has used */
  getCallingLimits: { input: undefined; response: CallingLimits }
  /** Update the limits on where and how much the workspace may call; omitted fields keep their values */
  updateCallingLimits: { input: { body: CallingLimitsChanges }; response: CallingLimits }
  /** Update the limits on where and how much the workspace may call; omitted fields keep their values */
  putCallingLimits: { input: { body: CallingLimitsChanges }; response: CallingLimits }
  /** Prices of calls by prefix, newest first */
  listCallRates: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": (CallRate)[]; "next_cursor": string | null } }
  /** Add the price of calls to a prefix */
  createCallRate: { input: { body: NewCallRate }; response: CallRate }
  /** One rate */
  getCallRate: { input: { path: { id: string } }; response: CallRate }
  /** Change a rate for calls that begin afterwards; what is not sent stays */
  updateCallRate: { input: { path: { id: string }; body: CallRateChanges }; response: CallRate }
  /** Change a rate for calls that begin afterwards; what is not sent stays */
  putCallRate: { input: { path: { id: string }; body: CallRateChanges }; response: CallRate }
  /** Delete a rate; calls in progress keep it */
  deleteCallRate: { input: { path: { id: string } }; response: { "success": true } }
  /** List the calls of all modules, newest first */
  listCallLog: { input: { query?: { limit?: number; cursor?: string; source?: "campaign" | "test" | "receptionist" | "sales"; status?: "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "unknown"; direction?: "inbound" | "outbound"; campaign_id?: string; client_id?: string; contact_id?: string; phone_number?: string; q?: string; from?: string; to?: string; tz?: string } }; response: { "data": (CallLogEntry)[]; "next_cursor": string | null } }
  /** Count the calls of each day and each month */
  countCallLog: { input: { query?: { days?: number; months?: number; source?: "campaign" | "test" | "receptionist" | "sales"; tz?: string } }; response: CallCounts }
  /** Get a call of any module with its transcript */
  getCallLogEntry: { input: { path: { id: string } }; response: CallLogEntry }
  /** List the caller's chats, newest message first; archived and hidden ones only on request */
  listChats: { input: { query?: { limit?: number; cursor?: string; archived?: "true" | "false" | "any"; hidden?: "true" | "false" | "any" } }; response: { "data": ({ "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string })[]; "next_cursor": string | null } }
  /** Create a group, or open the direct chat with another person */
  createChat: { input: { body: { "type": "dm" | "group"; "name"?: string; "avatar_url"?: string; "member_ids"?: (string)[] } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Get a chat with its members */
  getChat: { input: { path: { id: string } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Archive or hide a chat for the caller; rename a group or change its picture */
  updateChat: { input: { path: { id: string }; body: { "name"?: string; "avatar_url"?: string | null; "archived"?: boolean; "hidden"?: boolean } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Archive or hide a chat for the caller; rename a group or change its picture */
  putChat: { input: { path: { id: string }; body: { "name"?: string; "avatar_url"?: string | null; "archived"?: boolean; "hidden"?: boolean } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Remove a chat for the caller: a group is left, a dm is hidden */
  deleteChat: { input: { path: { id: string } }; response: { "success": true } }
  /** List the members of a chat and how far they have read */
  listChatMembers: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "next_cursor": string | null } }
  /** Add people to a group; for its owner and admins */
  addChatMembers: { input: { path: { id: string }; body: { "member_ids": (string)[] } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Change a member's role in a group */
  changeChatMember: { input: { path: { id: string; userId: string }; body: { "role": "owner" | "admin" | "member" } }; response: { "id": string; "type": "dm" | "group"; "name": string | null; "avatar_url": string | null; "created_by": string; "role": "owner" | "admin" | "member"; "archived": boolean; "hidden": boolean; "unread_count": number; "member_count": number; "members": ({ "user_id": string; "name": string | null; "username": string | null; "avatar_url": string | null; "role": "owner" | "admin" | "member"; "status": string | null; "online": boolean; "last_seen": string | null; "read_number": number; "delivered_number": number; "joined_at": string })[]; "last_message": { "id": string; "number"?: number; "sender_id"?: string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "created_at"?: string; "deleted": boolean } | null; "created_at": string; "updated_at": string } }
  /** Remove a member from a group */
  removeChatMember: { input: { path: { id: string; userId: string } }; response: { "success": true } }
  /** Leave a group; ownership passes to the longest-standing member */
  leaveChat: { input: { path: { id: string } }; response: { "success": true } }
  /** List messages of a chat, newest first; older, newer or around one of them */
  listMessages: { input: { query: { limit?: number; cursor?: string; chat_id: string; before?: string; after?: string; around?: string; offset?: number } }; response: { "data": ({ "id": string; "chat_id"?: string; "number"?: number; "sender_id"?: string; "sender"?: { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "file"?: { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms"?: number | null; "reply_to"?: string | null; "reply"?: { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "client_id"?: string | null; "status"?: "sent" | "delivered" | "read"; "reactions"?: ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll"?: { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at"?: string | null; "created_at"?: string; "edited_at"?: string | null; "deleted": boolean; "viewed"?: boolean })[]; "next_cursor": string | null; "total"?: number } }
  /** Delete a message for everyone, named in the body or the query */
  deleteMessage: { input: { query?: { message_id?: string }; body: { "message_id"?: string } }; response: { "success": true; "id": string; "deleted": true } }
  /** Search messages in the caller's chats, newest first; never in encrypted messages */
  searchMessages: { input: { query: { limit?: number; cursor?: string; q: string; chat_id?: string; type?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll" } }; response: { "data": ({ "id": string; "chat_id"?: string; "number"?: number; "sender_id"?: string; "sender"?: { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string | null; "file"?: { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms"?: number | null; "reply_to"?: string | null; "reply"?: { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility"?: "everyone" | "view_once" | "disappearing"; "encrypted"?: boolean; "client_id"?: string | null; "status"?: "sent" | "delivered" | "read"; "reactions"?: ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll"?: { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at"?: string | null; "created_at"?: string; "edited_at"?: string | null; "deleted": boolean; "viewed"?: boolean })[]; "next_cursor": string | null } }
  /** Send a message; a repeated `client_id` sends it once */
  sendMessage: { input: { body: { "chat_id": string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string; "file_id"?: string; "duration_ms"?: number; "reply_to"?: string; "visibility"?: "everyone" | "view_once" | "disappearing"; "expires_in_seconds"?: number; "encrypted"?: boolean; "client_id"?: string; "poll"?: { "question": string; "options": (string)[]; "multiple"?: boolean; "anonymous"?: boolean; "closes_at"?: string } } }; response: { "id": string; "chat_id": string; "number": number; "sender_id": string; "sender": { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms": number | null; "reply_to": string | null; "reply": { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility": "everyone" | "view_once" | "disappearing"; "encrypted": boolean; "client_id": string | null; "status": "sent" | "delivered" | "read"; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll": { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at": string | null; "created_at": string; "edited_at": string | null; "deleted": false } }
  /** Edit the caller's message */
  editMessage: { input: { path: { id: string }; body: { "content": string } }; response: { "id": string; "chat_id": string; "number": number; "sender_id": string; "sender": { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms": number | null; "reply_to": string | null; "reply": { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility": "everyone" | "view_once" | "disappearing"; "encrypted": boolean; "client_id": string | null; "status": "sent" | "delivered" | "read"; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll": { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at": string | null; "created_at": string; "edited_at": string | null; "deleted": false } }
  /** Edit the caller's message */
  replaceMessage: { input: { path: { id: string }; body: { "content": string } }; response: { "id": string; "chat_id": string; "number": number; "sender_id": string; "sender": { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms": number | null; "reply_to": string | null; "reply": { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility": "everyone" | "view_once" | "disappearing"; "encrypted": boolean; "client_id": string | null; "status": "sent" | "delivered" | "read"; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll": { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at": string | null; "created_at": string; "edited_at": string | null; "deleted": false } }
  /** Open a view-once message */
  viewMessage: { input: { path: { id: string } }; response: { "id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null } }
  /** Mark messages as read up to this one, or all */
  readMessages: { input: { body: { "chat_id": string; "message_id"?: string } }; response: { "success": true; "chat_id": string; "message_id": string | null; "unread_count": number } }
  /** Mark messages as delivered to this device up to this one, or all */
  receiveMessages: { input: { body: { "chat_id": string; "message_id"?: string } }; response: { "success": true; "chat_id": string; "message_id": string | null; "unread_count": number } }
  /** Add a reaction to a message or remove it; without `action`, add it or remove the same one */
  toggleReaction: { input: { body: { "message_id": string; "emoji": string; "action"?: "add" | "remove" } }; response: { "message_id": string; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[] } }
  /** Create a poll: a message of type poll */
  createPoll: { input: { body: { "chat_id": string; "question": string; "options": (string)[]; "multiple"?: boolean; "anonymous"?: boolean; "closes_at"?: string } }; response: { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string; "my_option_ids": (string)[] } }
  /** Vote, change the vote, or remove it by sending no options */
  castVote: { input: { body: { "poll_id": string; "option_ids": (string)[] } }; response: { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string; "my_option_ids": (string)[] } }
  /** Get a poll with its results */
  getPoll: { input: { path: { id: string } }; response: { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string; "my_option_ids": (string)[] } }
  /** Upload a file to send, or a profile picture, to 50 MB, in the form field "file" */
  uploadFile: { input: { body: Upload | FormData }; response: { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } }
  /** Download a file, for its uploader and those it was sent to */
  downloadFile: { input: { path: { id: string; filename: string }; query?: { ticket?: string } }; response: Blob }
  /** Search people by exact e-mail address, phone number or username, and colleagues by name */
  searchPeople: { input: { query: { q: string } }; response: { "data": ({ "id": string; "name": string | null; "username": string | null; "avatar_url": string | null })[]; "next_cursor": string | null } }
  /** Get the caller's profile with status and presence; with `user_id`, what others see of another user */
  getMyProfile: { input: { query?: { user_id?: string } }; response: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "about": string | null; "pronouns": string | null; "email_verified": boolean; "phone_verified": boolean; "status": string | null; "status_expires_at": string | null; "badges": ("email_verified" | "phone_verified" | "admin" | "affiliate")[]; "online": boolean; "last_active": string | null; "displayName": string | null; "avatar": string | null; "name": string | null } | { "id": string; "user_id": string; "display_name": string | null; "username": string | null; "avatar_url": string | null; "about": string | null; "pronouns": string | null; "email_verified": boolean; "phone_verified": boolean; "status": string | null; "status_expires_at": string | null; "badges": ("email_verified" | "phone_verified" | "admin" | "affiliate")[]; "online": boolean; "last_active": string | null; "name": string | null; "displayName": string | null; "avatar": string | null } }
  /** Update the caller's profile, or set a status for a while */
  updateMyProfile: { input: { body: { "full_name"?: string | null; "company_name"?: string | null; "display_name"?: string | null; "username"?: string | null; "phone"?: string | null; "avatar_url"?: string | null; "about"?: string | null; "pronouns"?: string | null; "status"?: string | null; "status_expires_at"?: string | null } }; response: { "id": string; "user_id": string; "email": string; "full_name": string | null; "display_name": string | null; "username": string | null; "phone": string | null; "avatar_url": string | null; "company_name": string | null; "is_admin": boolean; "is_affiliate": boolean; "created_at": string; "updated_at": string; "about": string | null; "pronouns": string | null; "email_verified": boolean; "phone_verified": boolean; "status": string | null; "status_expires_at": string | null; "badges": ("email_verified" | "phone_verified" | "admin" | "affiliate")[]; "online": boolean; "last_active": string | null; "displayName": string | null; "avatar": string | null; "name": string | null } }
  /** Get whether a user is online, and the text they show about themselves */
  getUserStatus: { input: { path: { id: string } }; response: { "user_id": string; "status": "online" | "away" | "offline"; "last_seen": string | null; "text": string | null; "text_expires_at": string | null; "onlineAt": string | null } }
  /** List the users the caller has blocked */
  listBlocks: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "created_at": string })[]; "next_cursor": string | null } }
  /** Block a user: no messages, calls or presence between the two */
  blockUser: { input: { body: { "user_id": string } }; response: { "user_id": string; "name": string | null; "avatar_url": string | null; "created_at": string } }
  /** Unblock a user, named in the body or the query */
  unblockUser: { input: { query?: { user_id?: string }; body: { "user_id"?: string } }; response: { "success": true } }
  /** Join a chat's call or a room, with a token for 4 hours (10 minutes to connect to LiveKit or Twilio); the first participant opens it, and it rings */
  createVideoToken: { input: { body: { "room_name"?: string; "chat_id"?: string } }; response: { "token": string; "room_name": string; "provider_room_name": string | null; "call_id": string; "identity": string; "provider": "mesh" | "livekit" | "twilio"; "url": string | null; "ice_servers": ({ "urls": (string)[]; "username"?: string; "credential"?: string })[]; "expires_at": string; "expires_in": number; "call": { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null } } }
  /** Hang up; the call ends with the last but one participant */
  endVideoCall: { input: { body: { "room_name": string } }; response: { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null } }
  /** List the caller's calls, newest first */
  listVideoCalls: { input: { query?: { limit?: number; cursor?: string; chat_id?: string } }; response: { "data": ({ "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null })[]; "next_cursor": string | null } }
  /** Get a call */
  getVideoCall: { input: { path: { id: string } }; response: { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null } }
  /** Accept a ringing call */
  acceptVideoCall: { input: { path: { id: string } }; response: { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null } }
  /** Decline a ringing call */
  declineVideoCall: { input: { path: { id: string } }; response: { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null } }
  /** List a member's campaigns as a bare array with `userId`, else the workspace's as `{data}`; newest first, all of them without a limit */
  listCampaigns: { input: { query?: { userId?: string; createdBy?: string; status?: "pending" | "active" | "paused" | "completed" | "stopped" | "draft"; limit?: number; cursor?: string } }; response: (Campaign)[] | { "data": (SalesCampaignAndAliases)[] } }
  /** Create a campaign: returned bare with a title, as `{data}` with a name */
  createCampaign: { input: { body: NewCampaign }; response: Campaign | { "data": { "id": string; "user_id": string; "created_by": string; "title": string; "name": string; "description": string | null; "segment": string | null; "target_city": string | null; "agent_persona": string | null; "channels": (string)[]; "contact_list_id": string | null; "sip_provider_id": string | null; "greeting_file_id": string | null; "greeting_file_url": string | null; "greeting_file_name": string | null; "transfer_number": string | null; "transfer_numbers": (string)[]; "transfer_order": "in_order" | "round_robin"; "caller_id": string | null; "calling_hours": { "start": string; "end": string; "days": (string)[] } | null; "key_map": Record<string, string>; "retry": { "max_attempts": number; "delay_minutes": number; "backoff": string; "max_delay_minutes": number; "on": (string)[] }; "start_at": string | null; "max_concurrent_calls": number; "calls_per_second": number; "ring_timeout_seconds": number; "voicemail": string; "record": boolean; "transfer_wait_seconds": number; "hold_greeting_id": string | null; "apology_greeting_id": string | null; "waiting_until": string | null; "progress": number; "contacts": number; "total_calls": number; "answered_calls": number; "transferred_calls": number; "failed_calls": number; "transfers_requested": number; "transfers_waiting": number; "transfers_waited": number; "transfers_lost": number; "average_transfer_wait_seconds": number; "longest_transfer_wait_seconds": number; "attempts": number; "cost_micros": number; "connect_rate": number; "total_outreach": number; "response_rate": number; "click_rate": number; "booked_appointments": number; "created_at": string; "updated_at": string; "started_at": string | null; "status_reason": string | null; "ended_at": string | null; "status": "draft" | "active" | "paused" | "completed" | "stopped"; "target_segment": string | null; "record_conversations": boolean; "active_window_start": string | null; "active_window_end": string | null; "respect_dnc": true; "require_consent": false } } }
  /** Count the contacts that a member's campaigns have dialled */
  countCampaignCalls: { input: { path: { userId: string } }; response: { "totalCalls": number } }
  /** Get a campaign */
  getCampaign: { input: { path: { id: string } }; response: CampaignAndAliases }
  /** Update a campaign; omitted fields keep their values */
  updateCampaign: { input: { path: { id: string }; body: CampaignChanges }; response: CampaignAndAliases }
  /** Update a campaign; omitted fields keep their values */
  putCampaign: { input: { path: { id: string }; body: CampaignChanges }; response: CampaignAndAliases }
  /** Delete a campaign that is not active, with its calls */
  deleteCampaign: { input: { path: { id: string } }; response: { "success": true } }
  /** Start calling; the error lists everything that is missing */
  startCampaign: { input: { path: { id: string } }; response: Campaign }
  /** Pause a campaign: no new calls, and those in progress continue */
  pauseCampaign: { input: { path: { id: string } }; response: Campaign }
  /** Resume a paused campaign */
  resumeCampaign: { input: { path: { id: string } }; response: Campaign }
  /** Stop a campaign permanently; calls that are still ringing are cancelled */
  stopCampaign: { input: { path: { id: string } }; response: Campaign }
  /** Call a number once to hear a greeting; `test-call:update` reports what happens */
  createTestCall: { input: { body: NewTestCall }; response: TestCall }
  /** Call a number once with a campaign's settings; it changes none of the campaign's counts */
  testCampaign: { input: { path: { id: string }; body: CampaignTest }; response: TestCall }
  /** Get a test call */
  getTestCall: { input: { path: { id: string } }; response: TestCall }
  /** List the contacts of a campaign with the outcome of each call */
  listCampaignCalls: { input: { path: { id: string }; query?: { limit?: number; cursor?: string; status?: "queued" | "dialling" | "ringing" | "answered" | "transferred" | "completed" | "busy" | "no_answer" | "failed" | "cancelled" | "do_not_call" | "unknown" } }; response: { "data": (CampaignCall)[]; "next_cursor": string | null } }
  /** Download the report of a campaign as CSV */
  getCampaignReport: { input: { path: { id: string } }; response: string }
  /** List clients, newest first, by page number or by cursor */
  listClients: { input: { query?: { limit?: number; cursor?: string; userId?: string; is_active?: string; page?: number; per_page?: number } }; response: { "data": (ClientAndAliases)[]; "next_cursor": string | null; "total": number; "page": number; "per_page": number; "clients": (ClientAndAliases)[]; "page_size": number } }
  /** Create a client */
  createClient: { input: { body: NewClient }; response: ClientAndAliases }
  /** Get a client */
  getClient: { input: { path: { id: string } }; response: ClientAndAliases }
  /** Update a client; omitted fields keep their values */
  updateClient: { input: { path: { id: string }; body: ClientChanges }; response: ClientAndAliases }
  /** Update a client; omitted fields keep their values */
  putClient: { input: { path: { id: string }; body: ClientChanges }; response: ClientAndAliases }
  /** Delete a client; its calls stay in the analytics */
  deleteClient: { input: { path: { id: string } }; response: { "success": true } }
  /** List the knowledge texts of a client, newest first */
  listKnowledge: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (Knowledge)[]; "next_cursor": string | null } }
  /** Add a knowledge text, or a text file in the form field "file" */
  addKnowledge: { input: { path: { id: string }; body: NewKnowledge | Upload & { "title"?: string } | FormData }; response: Knowledge }
  /** Delete a knowledge text, with its id in the query */
  deleteKnowledgeByQuery: { input: { path: { id: string }; query: { knowledge_id: string } }; response: { "success": true } }
  /** Search the knowledge of a client by words and by meaning */
  searchKnowledge: { input: { path: { id: string }; query: { q: string; limit?: number } }; response: { "data": (FoundPassage)[] } }
  /** Answer a question with the passage of the knowledge that fits best, or say that none does */
  askQuestion: { input: { body: Question }; response: QuestionAnswer }
  /** Delete a knowledge text */
  deleteKnowledge: { input: { path: { id: string; knowledgeId: string } }; response: { "success": true } }
  /** List calls, newest first, by page number or by cursor */
  listCalls: { input: { query?: { client_id?: string; start_date?: string; end_date?: string; sentiment?: "positive" | "neutral" | "negative"; tz?: string; page?: number; per_page?: number; limit?: number; cursor?: string } }; response: { "data": (CallAndAliases)[]; "next_cursor": string | null; "total": number; "page": number; "per_page": number; "calls": (CallAndAliases)[]; "page_size": number } }
  /** Log a call that took place; agents use an API key */
  logCall: { input: { body: NewCall }; response: CallAndAliases }
  /** Download calls as CSV, newest first, with the filters of the list */
  exportCalls: { input: { query?: { client_id?: string; start_date?: string; end_date?: string; sentiment?: "positive" | "neutral" | "negative"; tz?: string } }; response: string }
  /** Get a call */
  getCall: { input: { path: { id: string } }; response: CallAndAliases }
  /** Update a call; the analytics are updated too */
  updateCall: { input: { path: { id: string }; body: CallChanges }; response: CallAndAliases }
  /** Update a call; the analytics are updated too */
  putCall: { input: { path: { id: string }; body: CallChanges }; response: CallAndAliases }
  /** Delete a call; the analytics are updated too */
  deleteCall: { input: { path: { id: string } }; response: { "success": true } }
  /** Get the dashboard: clients, calls, minutes, success rate, latencies, sentiment */
  getDashboard: { input: { query?: { days?: number; client_id?: string; tz?: string } }; response: DashboardAndAliases }
  /** Get calls and minutes per day, including days without calls */
  getCallsPerDay: { input: { query?: { days?: number; client_id?: string; tz?: string } }; response: { "data": ({ "date": string; "calls": number; "minutes": number })[] } }
  /** Get the distribution of the callers' sentiment */
  getSentiment: { input: { query?: { days?: number; client_id?: string; tz?: string } }; response: { "data": ({ "sentiment": "positive" | "neutral" | "negative"; "count": number; "share": number })[]; "POSITIVE": number; "NEUTRAL": number; "NEGATIVE": number } }
  /** Get the analytics of one client */
  getClientStatistics: { input: { path: { id: string }; query?: { days?: number; client_id?: string; tz?: string } }; response: ClientStatisticsAndAliases }
  /** Get the value of calls per day, including days without calls */
  getRevenue: { input: { query?: { days?: number; client_id?: string; tz?: string; currency?: string } }; response: RevenueReport }
  /** Get the workspace's usage of its plan */
  getUsage: { input: undefined; response: Usage }
  /** Get the caller's onboarding: what they have entered to set up their first client */
  getOnboarding: { input: { path: { userId: string } }; response: OnboardingAndAliases }
  /** Save a step of the caller's onboarding */
  saveOnboardingStep: { input: { path: { userId: string; step: "1" | "2" | "3" | "4" | "5" | "6" | "demo" }; body: OnboardingStep }; response: OnboardingAndAliases }
  /** Complete the caller's onboarding: the business becomes a client */
  completeOnboarding: { input: { path: { userId: string } }; response: CompletedOnboardingAndAliasesAndAliases }
  /** List the shops of the caller */
  listShops: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** Open a shop: the first is in the current workspace, a later one is a workspace of its own */
  createShop: { input: { body: { "name": string; "description"?: string; "currency"?: string } }; response: { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }>; "success": true; "data": { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }> } } }
  /** Get a shop with its team */
  getShop: { input: { path: { shopId: string } }; response: { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }>; "success": true; "data": { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }> } } }
  /** Update a shop; omitted fields keep their values */
  updateShop: { input: { path: { shopId: string }; body: { "name"?: string; "description"?: string | null; "currency"?: string; "orderMails"?: boolean; "reserveStockMinutes"?: number } }; response: { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }>; "success": true; "data": { "id": string; "name": string; "description": string | null; "currency": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" | null; "orderMails": boolean; "reserveStockMinutes": number; "createdAt": string; "updatedAt": string; "ownerId": string | null; "team": ({ "userId": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "integrations": Record<string, { "isConnected": boolean; "status": "connected" | "disconnected" | "error"; "pageId": string | null; "accountName": string | null; "expiresAt": string | null; "lastSync": string | null }> } } }
  /** Delete a shop with its workspace; its data is removed permanently after 30 days */
  deleteShop: { input: { path: { shopId: string } }; response: { "success": true } }
  /** Get what a front-end keeps about the shop: its own settings, texts and lists */
  getShopConfiguration: { input: { path: { shopId: string } }; response: Record<string, unknown> }
  /** Change what a front-end keeps about the shop; omitted keys keep their values, `null` removes one */
  updateShopConfiguration: { input: { path: { shopId: string }; body: Record<string, unknown> }; response: Record<string, unknown> }
  /** List the team of the shop */
  listShopTeam: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "userId": string; "name": string | null; "email": string; "avatarUrl": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** Invite a person by e-mail address, or a colleague by user id; the token is shown only now */
  inviteTeammate: { input: { path: { shopId: string }; body: { "email"?: string; "userId"?: string; "role"?: "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; response: { "id": string; "email": string; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "token": string; "acceptUrl": string; "createdAt": string; "expiresAt": string } }
  /** Change a teammate's role; only an owner changes owners */
  changeTeammate: { input: { path: { shopId: string; userId: string }; body: { "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; response: { "userId": string; "name": string | null; "email": string; "avatarUrl": string | null; "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations"; "addedAt": string } }
  /** Remove a teammate */
  removeTeammate: { input: { path: { shopId: string; userId: string } }; response: { "success": true } }
  /** List the catalogue, newest first */
  listProducts: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string; category?: string; stockChanges?: number } }; response: { "data": ({ "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** Create a product */
  createProduct: { input: { path: { shopId: string }; body: { "name": string; "description"?: string; "category"?: string; "retailPrice": number; "currency"?: string; "stock"?: number; "subtitle"?: string; "itemType"?: "product" | "service"; "originalPrice"?: number; "promoPrice"?: number; "promoStartDate"?: string; "promoEndDate"?: string; "warranty"?: string; "durationMinutes"?: number; "location"?: string; "formId"?: string; "buttons"?: ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl"?: string } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string } } }
  /** Get a product */
  getProduct: { input: { path: { shopId: string; productId: string } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string } } }
  /** Update a product; omitted fields keep their values */
  updateProduct: { input: { path: { shopId: string; productId: string }; body: { "name"?: string; "description"?: string | null; "category"?: string | null; "retailPrice"?: number; "currency"?: string; "stock"?: number; "stockReason"?: string; "subtitle"?: string | null; "itemType"?: "product" | "service"; "originalPrice"?: number | null; "promoPrice"?: number | null; "promoStartDate"?: string | null; "promoEndDate"?: string | null; "warranty"?: string | null; "durationMinutes"?: number | null; "location"?: string | null; "formId"?: string | null; "buttons"?: ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl"?: string | null } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string } } }
  /** Remove a product from the catalogue */
  deleteProduct: { input: { path: { shopId: string; productId: string } }; response: { "success": true } }
  /** List the changes of a product's stock, newest first */
  listStockChanges: { input: { path: { shopId: string; productId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "nextCursor": string | null; "success": true } }
  /** Add units to the stock of a product, or remove them, with the reason */
  changeStock: { input: { path: { shopId: string; productId: string }; body: { "change": number; "reason"?: string } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string } } }
  /** Upload the image of a product: PNG, JPEG, WebP or GIF, up to 10 MB, in the form field "file" */
  setProductImage: { input: { path: { shopId: string; productId: string }; body: Upload | FormData }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "originalPrice": number | null; "promoPrice": number | null; "promoStartDate": string | null; "promoEndDate": string | null; "currency": string; "stock": number; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "stockHistory"?: ({ "id": string; "change": number; "newStock": number; "reason": string; "userId": string | null; "timestamp": number })[]; "createdAt": string; "updatedAt": string } }
  /** List the inbox, newest message first */
  listConversations: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string; status?: "open" | "pending" | "closed"; assigneeId?: string; channel?: "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; tag?: string; customerId?: string; q?: string; order?: "recent" | "newest"; messages?: number; notes?: "with" | "without" } }; response: { "data": ({ "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[] })[]; "nextCursor": string | null; "success": true } }
  /** Get a conversation with its newest 50 messages */
  getConversation: { input: { path: { shopId: string; conversationId: string }; query?: { notes?: "with" | "without" } }; response: { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[]; "success": true; "data": { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[] } } }
  /** Assign, close, tag or annotate a conversation, or hand it to the assistant; omitted fields keep their values */
  updateConversation: { input: { path: { shopId: string; conversationId: string }; body: { "customerName"?: string; "status"?: "open" | "pending" | "closed"; "assigneeId"?: string | null; "tags"?: (string)[]; "notes"?: string | null; "isAiActive"?: boolean; "outcome"?: string | null; "sentiment"?: "positive" | "neutral" | "negative" | null } }; response: { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[]; "success": true; "data": { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[] } } }
  /** Mark a conversation as read */
  readConversation: { input: { path: { shopId: string; conversationId: string } }; response: { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[]; "success": true; "data": { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[] } } }
  /** List messages of a conversation, newest first, with the team's internal notes */
  listConversationMessages: { input: { path: { shopId: string; conversationId: string }; query?: { limit?: number; cursor?: string; internal?: "true" | "false" } }; response: { "data": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number })[]; "nextCursor": string | null; "success": true } }
  /** Reply to the customer by the channel they wrote on, or write an internal note */
  sendConversationMessage: { input: { path: { shopId: string; conversationId: string }; body: { "text"?: string; "attachment"?: { "url": string; "type"?: string; "name"?: string } | null; "clientId"?: string; "internal"?: boolean } }; response: { "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number; "success": true; "data": { "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number } } }
  /** List orders, newest first */
  listOrders: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string; status?: "pending" | "processing" | "completed" | "cancelled"; paymentStatus?: "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; customerId?: string; conversationId?: string } }; response: { "data": ({ "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** Create an order at the catalogue's prices; its stock is taken at once */
  createOrder: { input: { path: { shopId: string }; body: { "customerName": string; "customerId"?: string; "conversationId"?: string; "formId"?: string; "items": ({ "productId": string; "quantity": number })[] } }; response: { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string } } }
  /** Get an order with its history, by its id or its number */
  getOrder: { input: { path: { shopId: string; orderId: string } }; response: { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string; "history": ({ "kind": "status" | "payment"; "from": string; "to": string; "reason": "not_paid_in_time" | null; "userId": string | null; "at": string })[]; "success": true; "data": { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string; "history": ({ "kind": "status" | "payment"; "from": string; "to": string; "reason": "not_paid_in_time" | null; "userId": string | null; "at": string })[] } } }
  /** Change the status of an order: pending, processing, completed; or cancel it, which returns its stock */
  setOrderStatus: { input: { path: { shopId: string; orderId: string }; body: { "status": "pending" | "processing" | "completed" | "cancelled" } }; response: { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string } } }
  /** List forms, newest first */
  listForms: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** Create a form for customers to fill in */
  createForm: { input: { path: { shopId: string }; body: { "name": string; "description"?: string; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required"?: boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive"?: boolean } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string } } }
  /** Get a form */
  getForm: { input: { path: { shopId: string; formId: string } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string } } }
  /** Update a form; omitted fields keep their values */
  updateForm: { input: { path: { shopId: string; formId: string }; body: { "name"?: string; "description"?: string | null; "fields"?: ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required"?: boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive"?: boolean } }; response: { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "shopId": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[]; "isActive": boolean; "submissionCount": number; "createdAt": string; "updatedAt": string } } }
  /** Delete a form and its submissions */
  deleteForm: { input: { path: { shopId: string; formId: string } }; response: { "success": true } }
  /** List the submissions of a form, newest first */
  listFormSubmissions: { input: { path: { shopId: string; formId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "formId": string; "customerId": string | null; "values": Record<string, unknown>; "submittedAt": string })[]; "nextCursor": string | null; "success": true } }
  /** List the products of the shop, newest first */
  listPublicProducts: { input: { path: { shopId: string }; query?: { limit?: number; cursor?: string; category?: string } }; response: { "data": ({ "id": string; "name": string; "description": string | null; "subtitle": string | null; "itemType": "product" | "service"; "category": string | null; "retailPrice": number; "price": number; "currency": string; "warranty": string | null; "durationMinutes": number | null; "location": string | null; "formId": string | null; "buttons": ({ "id"?: string; "type": "postback" | "web_url" | "open_form"; "title": string; "payload"?: string; "url"?: string })[]; "imageUrl": string | null; "inStock": boolean })[]; "nextCursor": string | null } }
  /** Download the picture of a product */
  getProductImage: { input: { path: { shopId: string; productId: string } }; response: Blob }
  /** Start a conversation with the shop; the token opens it for 30 days, here and at /ws */
  beginVisit: { input: { path: { shopId: string }; body: { "customerName"?: string; "text"?: string } }; response: { "conversation": { "id": string; "customerName": string; "status": "open" | "pending" | "closed"; "createdAt": string; "messages": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "clientId": string | null; "timestamp": number })[] }; "visitorToken": string } }
  /** List messages of the conversation, newest first; with the visitor's token */
  listVisitorMessages: { input: { path: { shopId: string; conversationId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "clientId": string | null; "timestamp": number })[]; "nextCursor": string | null } }
  /** Send a message to the shop; with the visitor's token */
  addVisitorMessage: { input: { path: { shopId: string; conversationId: string }; body: { "text": string; "clientId"?: string } }; response: { "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "clientId": string | null; "timestamp": number } }
  /** Get a form to fill in */
  getPublicForm: { input: { path: { shopId: string; formId: string } }; response: { "id": string; "name": string; "description": string | null; "fields": ({ "name": string; "label"?: string; "type": "text" | "email" | "phone" | "number" | "select" | "checkbox" | "date"; "required": boolean; "options"?: (string)[]; "placeholder"?: string; "display"?: Record<string, unknown> })[] } }
  /** Submit a form */
  submitForm: { input: { path: { shopId: string; formId: string }; body: { "values": Record<string, unknown> } }; response: { "id": string; "submittedAt": string } }
  /** Place an order; with the visitor's token it belongs to their conversation */
  placePublicOrder: { input: { path: { shopId: string }; body: { "customerName": string; "email"?: string; "phone"?: string; "items": ({ "productId": string; "quantity": number })[] } }; response: { "id": string; "orderId": string; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "reservedUntil": string | null; "submittedAt": string; "orderToken": string } }
  /** List the orders of a conversation, newest first; with the visitor's token */
  listVisitorOrders: { input: { path: { shopId: string; conversationId: string }; query?: { limit?: number; cursor?: string } }; response: { "data": ({ "id": string; "orderId": string; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "reservedUntil": string | null; "submittedAt": string })[]; "nextCursor": string | null } }
  /** Get an order as its customer sees it; with the order's or the visitor's token */
  getCustomerOrder: { input: { path: { shopId: string; orderId: string } }; response: { "id": string; "orderId": string; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "reservedUntil": string | null; "submittedAt": string } }
  /** Start the payment of an order; with the order's or the visitor's token */
  payCustomerOrder: { input: { path: { shopId: string; orderId: string }; body: { "provider": "manual" | "stripe" | "paypal" } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } }
  /** Confirm a payment by asking the provider; with the order's or the visitor's token */
  confirmCustomerPayment: { input: { path: { shopId: string; orderId: string; paymentId: string } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } }
  /** Start the payment of an order's amount */
  createPaymentIntent: { input: { path: { shopId: string }; body: { "orderId": string; "provider"?: "manual" | "stripe" | "paypal" } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } } }
  /** Confirm a payment by asking the provider; an owner or admin confirms a manual payment */
  confirmPayment: { input: { path: { shopId: string }; body: { "paymentId": string } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } } }
  /** Give up a payment that has not been made; the order can be paid by another */
  cancelPayment: { input: { path: { shopId: string; id: string } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } } }
  /** Refund an amount, or all that is left */
  refundPayment: { input: { path: { shopId: string; id: string }; body: { "amount"?: number } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } } }
  /** Get a payment */
  getPayment: { input: { path: { shopId: string; id: string } }; response: { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string; "success": true; "data": { "id": string; "orderId": string; "amount": number; "currency": string; "status": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded" | "cancelled"; "provider": "manual" | "stripe" | "paypal"; "refundedAmount": number; "clientSecret"?: string; "approvalUrl"?: string; "createdAt": string; "updatedAt": string } } }
  /** List properties, newest first: the workspace's own, or without authentication those of the public workspace */
  listProperties: { input: { query?: { limit?: number; cursor?: string; city?: string; status?: "available" | "reserved" | "sold"; type?: "villa" | "apartment" | "penthouse" | "townhouse"; q?: string } }; response: { "data": (Property)[] } }
  /** Create a property */
  createProperty: { input: { body: NewProperty }; response: { "data": Property } }
  /** Get a property */
  getProperty: { input: { path: { id: string } }; response: { "data": Property } }
  /** Update a property; omitted fields keep their values */
  updateProperty: { input: { path: { id: string }; body: PropertyChanges }; response: { "data": Property } }
  /** Update a property; omitted fields keep their values */
  putProperty: { input: { path: { id: string }; body: PropertyChanges }; response: { "data": Property } }
  /** Delete a property; its appointments stay */
  deleteProperty: { input: { path: { id: string } }; response: { "success": true } }
  /** List prospects, newest first */
  listProspects: { input: { query?: { limit?: number; cursor?: string; status?: "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; city?: string; assignedTo?: string; q?: string } }; response: { "data": (ProspectAndAliases)[] } }
  /** Create a prospect; without `assigned_to` the routing rules assign it */
  createProspect: { input: { body: NewProspect }; response: { "data": { "id": string; "contact_id": string; "name": string; "email": string | null; "phone": string | null; "whatsapp": string | null; "budget": string | null; "budget_min": number | null; "budget_max": number | null; "budget_currency": string | null; "primary_segment": string | null; "property_type_pref": string | null; "beds_min": number | null; "consent_status": "opted_in" | "opted_out" | "unknown"; "dnc": boolean; "city": string | null; "timeline": string | null; "timeline_days": number | null; "status": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "preferred_channel": string | null; "language": string | null; "source_channel": string | null; "created_at": string; "updated_at": string; "full_name": string; "whatsapp_number": string | null } } }
  /** Get a prospect */
  getProspect: { input: { path: { id: string } }; response: { "data": { "id": string; "contact_id": string; "name": string; "email": string | null; "phone": string | null; "whatsapp": string | null; "budget": string | null; "budget_min": number | null; "budget_max": number | null; "budget_currency": string | null; "primary_segment": string | null; "property_type_pref": string | null; "beds_min": number | null; "consent_status": "opted_in" | "opted_out" | "unknown"; "dnc": boolean; "city": string | null; "timeline": string | null; "timeline_days": number | null; "status": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "preferred_channel": string | null; "language": string | null; "source_channel": string | null; "created_at": string; "updated_at": string; "full_name": string; "whatsapp_number": string | null } } }
  /** Update a prospect; omitted fields keep their values */
  updateProspect: { input: { path: { id: string }; body: ProspectChanges }; response: { "data": { "id": string; "contact_id": string; "name": string; "email": string | null; "phone": string | null; "whatsapp": string | null; "budget": string | null; "budget_min": number | null; "budget_max": number | null; "budget_currency": string | null; "primary_segment": string | null; "property_type_pref": string | null; "beds_min": number | null; "consent_status": "opted_in" | "opted_out" | "unknown"; "dnc": boolean; "city": string | null; "timeline": string | null; "timeline_days": number | null; "status": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "preferred_channel": string | null; "language": string | null; "source_channel": string | null; "created_at": string; "updated_at": string; "full_name": string; "whatsapp_number": string | null } } }
  /** Update a prospect; omitted fields keep their values */
  putProspect: { input: { path: { id: string }; body: ProspectChanges }; response: { "data": { "id": string; "contact_id": string; "name": string; "email": string | null; "phone": string | null; "whatsapp": string | null; "budget": string | null; "budget_min": number | null; "budget_max": number | null; "budget_currency": string | null; "primary_segment": string | null; "property_type_pref": string | null; "beds_min": number | null; "consent_status": "opted_in" | "opted_out" | "unknown"; "dnc": boolean; "city": string | null; "timeline": string | null; "timeline_days": number | null; "status": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "assigned_to": string | null; "assigned_to_name": string | null; "assignment_reason": string | null; "preferred_channel": string | null; "language": string | null; "source_channel": string | null; "created_at": string; "updated_at": string; "full_name": string; "whatsapp_number": string | null } } }
  /** Delete a prospect with its appointments and handoffs; the contact stays */
  deleteProspect: { input: { path: { id: string } }; response: { "success": true } }
  /** List the qualification scores of a prospect, newest first */
  listQualificationScores: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (QualificationScore)[] } }
  /** Score a prospect; omitted parts are computed from the known data */
  createQualificationScore: { input: { path: { id: string }; body: NewQualificationScore }; response: { "data": QualificationScore } }
  /** Correct a score; omitted parts keep their points, and the total is updated */
  updateQualificationScore: { input: { path: { id: string; scoreId: string }; body: QualificationScoreChanges }; response: { "data": QualificationScore } }
  /** Correct a score; omitted parts keep their points, and the total is updated */
  putQualificationScore: { input: { path: { id: string; scoreId: string }; body: QualificationScoreChanges }; response: { "data": QualificationScore } }
  /** Delete a qualification score */
  deleteQualificationScore: { input: { path: { id: string; scoreId: string } }; response: { "success": true } }
  /** List the properties that a prospect is interested in, newest first */
  listInterests: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (PropertyInterest)[] } }
  /** Record a prospect's interest in a property */
  createInterest: { input: { path: { id: string }; body: NewPropertyInterest }; response: { "data": PropertyInterest } }
  /** Delete a prospect's interest in a property */
  deleteInterest: { input: { path: { id: string; interestId: string } }; response: { "success": true } }
  /** List conversations, newest first */
  listSalesConversations: { input: { query?: { limit?: number; cursor?: string; prospectId?: string; campaignId?: string; channel?: "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; outcome?: string; q?: string; from?: string; to?: string } }; response: { "data": (SalesConversation)[] } }
  /** Record a conversation with a prospect */
  createSalesConversation: { input: { body: NewSalesConversation }; response: { "data": SalesConversationInFull } }
  /** List the conversations in progress */
  listLiveConversations: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": (LiveConversationAndAliases)[] } }
  /** Get a conversation with its transcript */
  getSalesConversation: { input: { path: { id: string } }; response: { "data": SalesConversationInFull } }
  /** Update a conversation; omitted fields keep their values */
  updateSalesConversation: { input: { path: { id: string }; body: SalesConversationChanges }; response: { "data": SalesConversationInFull } }
  /** Update a conversation; omitted fields keep their values */
  putSalesConversation: { input: { path: { id: string }; body: SalesConversationChanges }; response: { "data": SalesConversationInFull } }
  /** List the messages of a conversation, newest first */
  listTranscriptMessages: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (TranscriptMessage)[] } }
  /** Add a message to the transcript; it is not sent */
  createTranscriptMessage: { input: { path: { id: string }; body: NewTranscriptMessage }; response: { "data": TranscriptMessage } }
  /** Correct a message of the transcript; messages of a channel cannot be changed */
  updateTranscriptMessage: { input: { path: { id: string; messageId: string }; body: TranscriptMessageChanges }; response: { "data": TranscriptMessage } }
  /** Get the live state of a conversation */
  getLiveConversation: { input: { path: { id: string } }; response: { "data": { "conversation_id": string; "prospect_id": string; "prospect_name": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "message_count": number; "last_message_text": string | null; "status": "active" | "waiting" | "ended" | "dialing" | "ringing" | "connected" | "typing"; "stage": string | null; "intent": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "next_action": string | null; "state": Record<string, unknown>; "started_at": string; "updated_at": string; "next_best_question": string | null } } }
  /** Update the live state of a conversation; the first update makes it live */
  updateLiveConversation: { input: { path: { id: string }; body: LiveConversationChanges }; response: { "data": { "conversation_id": string; "prospect_id": string; "prospect_name": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "message_count": number; "last_message_text": string | null; "status": "active" | "waiting" | "ended" | "dialing" | "ringing" | "connected" | "typing"; "stage": string | null; "intent": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "next_action": string | null; "state": Record<string, unknown>; "started_at": string; "updated_at": string; "next_best_question": string | null } } }
  /** Update the live state of a conversation; the first update makes it live */
  putLiveConversation: { input: { path: { id: string }; body: LiveConversationChanges }; response: { "data": { "conversation_id": string; "prospect_id": string; "prospect_name": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "message_count": number; "last_message_text": string | null; "status": "active" | "waiting" | "ended" | "dialing" | "ringing" | "connected" | "typing"; "stage": string | null; "intent": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "ai_confidence": "high" | "medium" | "low" | null; "ai_confidence_score": number | null; "next_action": string | null; "state": Record<string, unknown>; "started_at": string; "updated_at": string; "next_best_question": string | null } } }
  /** List the detected entities of a conversation */
  listDetectedEntities: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (DetectedEntity)[] } }
  /** Add a detected entity to a conversation */
  createDetectedEntity: { input: { path: { id: string }; body: NewDetectedEntity }; response: { "data": DetectedEntity } }
  /** Update a detected entity; omitted fields keep their values */
  updateDetectedEntity: { input: { path: { id: string; itemId: string }; body: DetectedEntityChanges }; response: { "data": DetectedEntity } }
  /** Delete a detected entity */
  deleteDetectedEntity: { input: { path: { id: string; itemId: string } }; response: { "success": true } }
  /** List the agent actions of a conversation */
  listAgentActions: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (AgentAction)[] } }
  /** Add an agent action to a conversation */
  createAgentAction: { input: { path: { id: string }; body: NewAgentAction }; response: { "data": AgentAction } }
  /** Update an agent action; omitted fields keep their values */
  updateAgentAction: { input: { path: { id: string; itemId: string }; body: AgentActionChanges }; response: { "data": AgentAction } }
  /** Delete an agent action */
  deleteAgentAction: { input: { path: { id: string; itemId: string } }; response: { "success": true } }
  /** List the plan steps, in order, of a conversation */
  listPlanSteps: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (PlanStep)[] } }
  /** Add a plan step to a conversation */
  createPlanStep: { input: { path: { id: string }; body: NewPlanStep }; response: { "data": PlanStep } }
  /** Update a plan step; omitted fields keep their values */
  updatePlanStep: { input: { path: { id: string; itemId: string }; body: PlanStepChanges }; response: { "data": PlanStep } }
  /** Delete a plan step */
  deletePlanStep: { input: { path: { id: string; itemId: string } }; response: { "success": true } }
  /** List the quality reviews of a conversation */
  listConversationReviews: { input: { path: { id: string }; query?: { limit?: number; cursor?: string } }; response: { "data": (ConversationReview)[] } }
  /** Add a quality review to a conversation */
  createConversationReview: { input: { path: { id: string }; body: NewConversationReview }; response: { "data": ConversationReview } }
  /** Update a quality review; omitted fields keep their values */
  updateConversationReview: { input: { path: { id: string; itemId: string }; body: ConversationReviewChanges }; response: { "data": ConversationReview } }
  /** Delete a quality review */
  deleteConversationReview: { input: { path: { id: string; itemId: string } }; response: { "success": true } }
  /** List appointments, newest booking first; with `from` or `to`, in the order of their start times */
  listAppointments: { input: { query?: { limit?: number; cursor?: string; prospectId?: string; assignedRepId?: string; status?: "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; from?: string; to?: string } }; response: { "data": (Appointment)[] } }
  /** Book an appointment; a representative or prospect cannot have two at the same time */
  createAppointment: { input: { body: NewAppointment }; response: { "data": Appointment } }
  /** Get an appointment */
  getAppointment: { input: { path: { id: string } }; response: { "data": Appointment } }
  /** Update an appointment; a new time sets its status to rescheduled */
  updateAppointment: { input: { path: { id: string }; body: AppointmentChanges }; response: { "data": Appointment } }
  /** Update an appointment; a new time sets its status to rescheduled */
  putAppointment: { input: { path: { id: string }; body: AppointmentChanges }; response: { "data": Appointment } }
  /** Reschedule an appointment; its history records the change */
  rescheduleAppointment: { input: { path: { id: string }; body: RescheduleAppointment }; response: { "data": Appointment } }
  /** Cancel an appointment; its slot becomes free */
  cancelAppointment: { input: { path: { id: string }; body: { "reason"?: string } }; response: { "data": Appointment } }
  /** List the history of an appointment, oldest change first */
  listAppointmentChanges: { input: { path: { id: string } }; response: { "data": (AppointmentChange)[] } }
  /** List handoffs, newest first */
  listHandoffs: { input: { query?: { limit?: number; cursor?: string; status?: "pending" | "claimed" | "completed" | "expired"; prospectId?: string; assignedTo?: string } }; response: { "data": (HandoffPackage)[] } }
  /** Create a handoff; omitted fields are computed from the known data of the prospect */
  createHandoff: { input: { body: NewHandoff }; response: HandoffPackage }
  /** Create a handoff from an appointment; 200 with the existing one if it is pending or claimed */
  createHandoffFromAppointment: { input: { body: { "appointmentId": string } }; response: HandoffPackage }
  /** Get a handoff */
  getHandoff: { input: { path: { id: string } }; response: HandoffPackage }
  /** Update a pending or claimed handoff; omitted fields keep their values */
  updateHandoff: { input: { path: { id: string }; body: HandoffChanges }; response: HandoffPackage }
  /** Update a pending or claimed handoff; omitted fields keep their values */
  putHandoff: { input: { path: { id: string }; body: HandoffChanges }; response: HandoffPackage }
  /** Claim a handoff; only one member can */
  claimHandoff: { input: { path: { id: string } }; response: HandoffPackage }
  /** Release a claimed handoff for other members */
  releaseHandoff: { input: { path: { id: string } }; response: HandoffPackage }
  /** Complete a claimed handoff */
  completeHandoff: { input: { path: { id: string }; body: { "outcome"?: string } }; response: HandoffPackage }
  /** List routing rules, in the order in which they are tried */
  listRoutingRules: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": (RoutingRuleAndAliases)[] } }
  /** Create a routing rule that assigns to one member, or to several in turn */
  createRoutingRule: { input: { body: NewRoutingRule }; response: { "data": { "id": string; "name": string; "active": boolean; "position": number; "applies_to": ("prospect" | "handoff")[]; "conditions": { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy": "member" | "round_robin" | "auto"; "member_ids": (string)[]; "turns": number; "created_at": string; "updated_at": string; "enabled": boolean; "priority": number; "assign_to": string } } }
  /** Get a routing rule */
  getRoutingRule: { input: { path: { id: string } }; response: { "data": { "id": string; "name": string; "active": boolean; "position": number; "applies_to": ("prospect" | "handoff")[]; "conditions": { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy": "member" | "round_robin" | "auto"; "member_ids": (string)[]; "turns": number; "created_at": string; "updated_at": string; "enabled": boolean; "priority": number; "assign_to": string } } }
  /** Update a routing rule; omitted fields keep their values */
  updateRoutingRule: { input: { path: { id: string }; body: RoutingRuleChanges }; response: { "data": { "id": string; "name": string; "active": boolean; "position": number; "applies_to": ("prospect" | "handoff")[]; "conditions": { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy": "member" | "round_robin" | "auto"; "member_ids": (string)[]; "turns": number; "created_at": string; "updated_at": string; "enabled": boolean; "priority": number; "assign_to": string } } }
  /** Update a routing rule; omitted fields keep their values */
  putRoutingRule: { input: { path: { id: string }; body: RoutingRuleChanges }; response: { "data": { "id": string; "name": string; "active": boolean; "position": number; "applies_to": ("prospect" | "handoff")[]; "conditions": { "all"?: ({ "field": "city" | "budget" | "propertyType" | "language" | "urgency" | "channel"; "operator": "equals" | "contains" | "greaterThan" | "lessThan"; "value": string })[]; "city"?: (string)[]; "channel"?: (string)[]; "language"?: (string)[]; "priority"?: ("high" | "medium" | "low")[]; "budget_min"?: number; "budget_max"?: number; "currency"?: string }; "strategy": "member" | "round_robin" | "auto"; "member_ids": (string)[]; "turns": number; "created_at": string; "updated_at": string; "enabled": boolean; "priority": number; "assign_to": string } } }
  /** Delete a routing rule */
  deleteRoutingRule: { input: { path: { id: string } }; response: { "success": true } }
  /** List people that campaigns have contacted, up to twenty of each campaign */
  listContactedProspects: { input: { query: { campaign_ids: string } }; response: { "data": (ContactedProspect)[] } }
  /** List the runs of a campaign; none before its start */
  listCampaignRuns: { input: { path: { id: string } }; response: { "data": (CampaignRun)[]; "next_cursor": string | null } }
  /** List the leads that are waiting to be contacted, or those in another state */
  listQueuedLeads: { input: { path: { id: string }; query?: { limit?: number; cursor?: string; status?: "queued" | "dialing" | "connected" | "completed" | "failed" | "sending" | "delivered" | "responded" } }; response: { "data": (QueuedLead)[]; "next_cursor": string | null } }
  /** Add a lead to a campaign */
  createQueuedLead: { input: { path: { id: string }; body: NewQueuedLead }; response: QueuedLead }
  /** Remove a queued lead from a campaign */
  withdrawQueuedLead: { input: { path: { id: string; leadId: string } }; response: { "success": true } }
  /** List the members of the workspace */
  listTeam: { input: { query?: { limit?: number; cursor?: string } }; response: { "data": (TeamMember)[] } }
  /** Get a member of the team */
  getTeamMember: { input: { path: { id: string } }; response: { "data": TeamMember } }
  /** Change a member's role; only an owner can change the role of an owner */
  changeTeamRole: { input: { path: { id: string }; body: { "role": "owner" | "admin" | "agent" | "sales_manager" | "sales_rep" | "qa_supervisor" | "compliance_officer" | "operations" } }; response: { "data": TeamMember } }
  /** Test the database connection and count the public rows */
  testDatabase: { input: undefined; response: DatabaseTest }
}

/** The data of the events on the WebSocket, by event. */
export interface LiveEvents {
  'appointment:new': { "prospect_id": string; "appointment_id": string; "property_name": string | null; "assigned_rep_id": string | null; "scheduled_date": string; "status": "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled" }
  'appointment:update': { "prospect_id": string; "appointment_id": string; "property_name": string | null; "assigned_rep_id": string | null; "scheduled_date": string; "status": "scheduled" | "rescheduled" | "completed" | "no_show" | "cancelled"; "reason": string | null }
  'call:accepted': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'call:declined': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'call:ended': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'call:joined': { "room_name": string; "call_id": string; "peers": (string)[] }
  'call:logged': { "campaign_id": string; "call_id": string; "attempt_id": string; "contact_id": string | null; "phone_number": string; "status": string; "attempts": number; "final": boolean; "duration_seconds": number | null; "key": string | null; "transferred": boolean; "cause": string | null } | { "call_id": string; "client_id": string; "contact_id": string | null; "caller_phone": string | null; "caller_name": string | null; "duration_seconds": number; "sentiment": "positive" | "neutral" | "negative" | null; "started_at": string }
  'call:missed': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'call:peer': { "room_name": string; "call_id": string; "user_id": string }
  'call:ring': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'call:signal': { "room_name": string; "call_id": string; "from": string; "signal": unknown }
  'call:update': { "id": string; "room_name": string; "chat_id": string | null; "initiator_id": string; "participant_id": string | null; "provider": "mesh" | "livekit" | "twilio"; "status": "ringing" | "accepted" | "declined" | "missed" | "ended"; "duration_seconds": number; "participants": ({ "user_id": string; "name": string | null; "avatar_url": string | null; "state": "invited" | "joined" | "declined" | "missed" | "left"; "joined_at": string | null; "left_at": string | null })[]; "started_at": string; "answered_at": string | null; "ended_at": string | null }
  'calling-limits:update': {  }
  'campaign:progress': CampaignProgress
  'chat:delivered': { "chat_id": string; "user_id": string; "message_id": string | null; "number": number }
  'chat:joined': { "chat_id": string; "online": (string)[] }
  'chat:members': { "chat_id": string; "added"?: (string)[]; "removed"?: (string)[]; "changed"?: ({ "user_id": string; "role": string })[] }
  'chat:message': { "id": string; "chat_id": string; "number": number; "sender_id": string; "sender": { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms": number | null; "reply_to": string | null; "reply": { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility": "everyone" | "view_once" | "disappearing"; "encrypted": boolean; "client_id": string | null; "status": "sent" | "delivered" | "read"; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll": { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at": string | null; "created_at": string; "edited_at": string | null; "deleted": false }
  'chat:message:deleted': { "id": string; "chat_id": string; "message_id": string; "deleted": true }
  'chat:message:edited': { "id": string; "chat_id": string; "number": number; "sender_id": string; "sender": { "id": string; "name": string | null; "username": string | null; "avatar_url": string | null }; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "file": { "id": string; "url": string; "filename": string; "mime_type": string; "size_bytes": number } | null; "duration_ms": number | null; "reply_to": string | null; "reply": { "id": string; "sender_id": string; "type": "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content": string | null; "deleted": boolean } | null; "visibility": "everyone" | "view_once" | "disappearing"; "encrypted": boolean; "client_id": string | null; "status": "sent" | "delivered" | "read"; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "poll": { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string } | null; "expires_at": string | null; "created_at": string; "edited_at": string | null; "deleted": false }
  'chat:reaction': { "message_id": string; "reactions": ({ "emoji": string; "count": number; "user_ids": (string)[] })[]; "chat_id": string }
  'chat:read': { "chat_id": string; "user_id": string; "message_id": string | null; "number": number }
  'chat:typing': { "chat_id": string; "user_id": string; "typing": boolean }
  'chat:update': { "chat_id": string; "name": string | null; "avatar_url": string | null }
  'contact-list:update': { "contact_list_id": string }
  'contact:deleted': { "contact_id": string }
  'contact:new': { "contact_id": string }
  'contact:update': { "contact_id": string } | { "contact_id": string; "old_id": string }
  'conversation:live': { "conversation_id": string; "status": string; "stage": string | null; "next_action": string | null }
  'conversation:update': { "id": string; "shopId": string; "customerId": string; "customerName": string; "channel": "web" | "facebook" | "instagram" | "tiktok" | "telegram" | "viber" | "whatsapp" | "sms" | "email" | "phone"; "status": "open" | "pending" | "closed"; "assigneeId": string | null; "tags": (string)[]; "notes": string | null; "isAiActive": boolean; "aiUnavailableReason": string | null; "subject": string | null; "messageCount": number; "unreadCount": number; "lastMessageText": string | null; "lastMessageAt": string | null; "campaignId": string | null; "outcome": string | null; "sentiment": "positive" | "neutral" | "negative" | null; "handoffSuggested": boolean; "createdAt": string; "updatedAt": string }
  'do-not-call:new': { "id": string; "phone_number": string; "reason": string | null }
  'error': { "error": string; "code": string; "event"?: string; "details"?: ({ "path": string; "message": string })[] }
  'form:submitted': { "id": string; "formId": string; "formName": string; "customerId": string | null }
  'handoff:new': { "prospect_id": string; "assigned_to": string | null; "id": string; "status": "pending"; "prospect_name": string; "priority": string; "reason": string }
  'handoff:update': { "prospect_id": string; "assigned_to": string | null; "id": string; "status": "pending" | "claimed" | "completed" | "expired"; "by": string | null }
  'import:progress': Import
  'integration:update': { "integration_id": string; "platform": string; "status": "connected" | "disconnected" | "error" }
  'message:new': { "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number; "shopId": string }
  'message:update': { "id": string; "conversationId": string; "sender": "user" | "ai" | "seller"; "senderId": string | null; "text": string; "attachment": { "url": string; "type"?: string; "name"?: string } | null; "status": string; "error": string | null; "clientId": string | null; "internal": boolean; "timestamp": number }
  'notification': { "title": string; "message": string; "type": "info" | "success" | "warning" | "error"; "url": string | null }
  'order:update': { "id": string; "shopId": string; "orderId": string; "customerId": string | null; "customerName": string; "conversationId": string | null; "formId": string | null; "items": ({ "productId": string; "productName": string; "quantity": number; "price": number })[]; "currency": string; "totalAmount": number; "status": "pending" | "processing" | "completed" | "cancelled"; "paymentStatus": "pending" | "processing" | "succeeded" | "failed" | "refunded" | "partially_refunded"; "paymentIntentId": string | null; "reservedUntil": string | null; "submittedAt": string; "updatedAt": string }
  'poll:update': { "id": string; "chat_id": string; "message_id": string; "question": string; "options": ({ "id": string; "text": string; "votes": number; "voter_ids": (string)[] | null })[]; "multiple": boolean; "anonymous": boolean; "closes_at": string | null; "closed": boolean; "voters": number; "created_by": string; "created_at": string }
  'pong': {  }
  'presence': { "user_id": string; "status": "online" | "away" | "offline"; "last_seen": string | null }
  'prospect:new': { "prospect_id": string; "assigned_to": string | null; "assignment_reason": string | null }
  'prospect:update': { "prospect_id": string; "from": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost"; "to": "new" | "contacted" | "qualified" | "appointment_set" | "closed" | "lost" } | { "prospect_id": string; "property_id": string; "property_name": string; "note": string | null } | { "prospect_id": string; "score_id": string; "total": number; "grade": string }
  'resumed': {  }
  'resync': {  }
  'shop:joined': { "shopId": string }
  'shop:left': { "shopId": string }
  'sip-provider:update': { "sip_provider_id": string }
  'test-call:update': TestCall
}

/** The data of what may be said on the WebSocket, by event. */
export interface LiveCommands {
  'ping': {  }
  'chat:join': { "chat_id": string }
  'chat:send': { "chat_id": string; "type"?: "text" | "image" | "voice" | "video" | "document" | "sticker" | "poll"; "content"?: string; "file_id"?: string; "duration_ms"?: number; "reply_to"?: string; "visibility"?: "everyone" | "view_once" | "disappearing"; "expires_in_seconds"?: number; "encrypted"?: boolean; "client_id"?: string; "poll"?: { "question": string; "options": (string)[]; "multiple"?: boolean; "anonymous"?: boolean; "closes_at"?: string }; "echo"?: boolean }
  'chat:typing': { "chat_id": string; "typing"?: boolean }
  'chat:read': { "chat_id": string; "message_id"?: string }
  'chat:delivered': { "chat_id": string; "message_id"?: string }
  'presence': { "status"?: "online" | "away" }
  'call:join': { "token": string }
  'call:signal': { "room_name": string; "call_id"?: string; "to"?: string; "signal": unknown }
  'campaign:watch': { "campaign_id": string }
  'shop:join': { "shopId": string }
  'shop:leave': { "shopId": string }
}

/** The method and path of each operation. */
export const operations = {
  signUp: ['POST', '/api/auth/signup'],
  register: ['POST', '/api/auth/register'],
  login: ['POST', '/api/auth/login'],
  refresh: ['POST', '/api/auth/refresh'],
  logout: ['POST', '/api/auth/logout'],
  signOut: ['POST', '/api/auth/signout'],
  getMe: ['GET', '/api/auth/me'],
  deleteAccount: ['DELETE', '/api/auth/me'],
  listSessions: ['GET', '/api/auth/sessions'],
  revokeOtherSessions: ['DELETE', '/api/auth/sessions'],
  revokeSession: ['DELETE', '/api/auth/sessions/{id}'],
  getTwoFactor: ['GET', '/api/auth/two-factor'],
  disableTwoFactor: ['DELETE', '/api/auth/two-factor'],
  beginTotp: ['POST', '/api/auth/two-factor/totp'],
  disableTotp: ['DELETE', '/api/auth/two-factor/totp'],
  confirmTotp: ['POST', '/api/auth/two-factor/totp/confirm'],
  beginPasskey: ['POST', '/api/auth/two-factor/passkeys/options'],
  addPasskey: ['POST', '/api/auth/two-factor/passkeys'],
  renamePasskey: ['PATCH', '/api/auth/two-factor/passkeys/{id}'],
  deletePasskey: ['DELETE', '/api/auth/two-factor/passkeys/{id}'],
  renewRecoveryCodes: ['POST', '/api/auth/two-factor/recovery-codes'],
  signInWithSecondFactor: ['POST', '/api/auth/two-factor/sign-in'],
  secondFactorOptions: ['POST', '/api/auth/two-factor/sign-in/passkey'],
  passkeyOptions: ['POST', '/api/auth/passkeys/options'],
  signInWithPasskey: ['POST', '/api/auth/passkeys/sign-in'],
  changePassword: ['POST', '/api/auth/password'],
  changePasswordAtUsers: ['POST', '/api/users/change-password'],
  forgotPassword: ['POST', '/api/auth/forgot-password'],
  resetPassword: ['POST', '/api/auth/reset-password'],
  changeEmail: ['POST', '/api/auth/email'],
  listSignInProviders: ['GET', '/api/auth/oauth'],
  signInElsewhere: ['GET', '/api/auth/oauth/{provider}'],
  signInWithGoogle: ['GET', '/api/auth/google'],
  signInWithFacebook: ['GET', '/api/auth/facebook'],
  returnFromElsewhere: ['GET', '/api/auth/oauth/{provider}/callback'],
  verify: ['POST', '/api/users/verify'],
  getProfile: ['GET', '/api/profiles/{userId}'],
  updateProfile: ['PATCH', '/api/profiles/{userId}'],
  becomeAffiliate: ['POST', '/api/profiles/{userId}/affiliate'],
  ensureProfile: ['POST', '/api/auth/ensure-profile'],
  listColleagues: ['GET', '/api/auth/users'],
  findColleague: ['GET', '/api/auth/users/{username}'],
  updateOwnUser: ['PUT', '/api/auth/users/{id}'],
  listWorkspaces: ['GET', '/api/workspaces'],
  createWorkspace: ['POST', '/api/workspaces'],
  getWorkspace: ['GET', '/api/workspaces/{workspaceId}'],
  updateWorkspace: ['PATCH', '/api/workspaces/{workspaceId}'],
  deleteWorkspace: ['DELETE', '/api/workspaces/{workspaceId}'],
  getSettings: ['GET', '/api/settings'],
  updateSettings: ['PATCH', '/api/settings'],
  putSettings: ['PUT', '/api/settings'],
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
  deleteAccountAtUsers: ['DELETE', '/api/users/account'],
  exportAccount: ['GET', '/api/auth/me/export'],
  supabaseSignUp: ['POST', '/auth/v1/signup'],
  supabaseToken: ['POST', '/auth/v1/token'],
  supabaseAuthorize: ['GET', '/auth/v1/authorize'],
  supabaseRecover: ['POST', '/auth/v1/recover'],
  supabaseOtp: ['POST', '/auth/v1/otp'],
  supabaseResend: ['POST', '/auth/v1/resend'],
  supabaseReauthenticate: ['GET', '/auth/v1/reauthenticate'],
  supabasePostReauthenticate: ['POST', '/auth/v1/reauthenticate'],
  supabaseVerify: ['POST', '/auth/v1/verify'],
  supabaseFollowLink: ['GET', '/auth/v1/verify'],
  supabaseSettings: ['GET', '/auth/v1/settings'],
  supabaseHealth: ['GET', '/auth/v1/health'],
  supabaseGetUser: ['GET', '/auth/v1/user'],
  supabaseUpdateUser: ['PUT', '/auth/v1/user'],
  supabaseLogout: ['POST', '/auth/v1/logout'],
  getStatistics: ['GET', '/api/admin/stats'],
  listManagedUsers: ['GET', '/api/admin/users'],
  suspendUser: ['POST', '/api/admin/users/{id}/suspend'],
  unsuspendUser: ['POST', '/api/admin/users/{id}/unsuspend'],
  banUser: ['POST', '/api/admin/users/{id}/ban'],
  deleteUser: ['DELETE', '/api/admin/users/{id}'],
  verifyUser: ['POST', '/api/admin/users/{id}/verify'],
  listReports: ['GET', '/api/admin/reports'],
  handleReport: ['PATCH', '/api/admin/reports/{id}'],
  createReport: ['POST', '/api/reports'],
  listContacts: ['GET', '/api/contacts'],
  createContact: ['POST', '/api/contacts'],
  getContact: ['GET', '/api/contacts/{id}'],
  updateContact: ['PATCH', '/api/contacts/{id}'],
  putContact: ['PUT', '/api/contacts/{id}'],
  deleteContact: ['DELETE', '/api/contacts/{id}'],
  eraseContact: ['POST', '/api/contacts/{id}/erase'],
  getTimeline: ['GET', '/api/contacts/{id}/timeline'],
  listIdentities: ['GET', '/api/contacts/{id}/identities'],
  addIdentity: ['POST', '/api/contacts/{id}/identities'],
  mergeContacts: ['POST', '/api/contacts/{id}/merge'],
  listContactLists: ['GET', '/api/contact-lists'],
  createContactList: ['POST', '/api/contact-lists'],
  getContactList: ['GET', '/api/contact-lists/{id}'],
  updateContactList: ['PATCH', '/api/contact-lists/{id}'],
  putContactList: ['PUT', '/api/contact-lists/{id}'],
  deleteContactList: ['DELETE', '/api/contact-lists/{id}'],
  addToContactList: ['POST', '/api/contact-lists/{id}/contacts'],
  removeFromContactList: ['DELETE', '/api/contact-lists/{id}/contacts'],
  importContacts: ['POST', '/api/contact-lists/{id}/import', 'form'],
  previewImport: ['POST', '/api/imports/preview', 'form'],
  getImport: ['GET', '/api/imports/{id}'],
  getImportErrors: ['GET', '/api/imports/{id}/errors.csv'],
  listDoNotCall: ['GET', '/api/do-not-call'],
  addDoNotCall: ['POST', '/api/do-not-call'],
  deleteDoNotCallByNumber: ['DELETE', '/api/do-not-call'],
  deleteDoNotCall: ['DELETE', '/api/do-not-call/{id}'],
  listGreetingFiles: ['GET', '/api/greeting-files'],
  createGreetingFile: ['POST', '/api/greeting-files', 'form'],
  deleteGreetingFile: ['DELETE', '/api/greeting-files/{id}'],
  getFile: ['GET', '/api/files/{id}/{filename}', 'bytes'],
  signFile: ['POST', '/api/files/{id}/signed-url'],
  getSignedFile: ['GET', '/api/signed-files/{token}/{filename}', 'bytes'],
  createRealtimeTicket: ['POST', '/api/realtime/tickets'],
  listPlans: ['GET', '/api/plans'],
  getSubscription: ['GET', '/api/subscriptions/{userId}'],
  deleteSubscription: ['DELETE', '/api/subscriptions/{userId}'],
  getUnpaidSubscription: ['GET', '/api/subscriptions/{userId}/open'],
  choosePlan: ['POST', '/api/subscriptions'],
  cancelSubscription: ['POST', '/api/subscriptions/{userId}/cancel'],
  resumeSubscription: ['POST', '/api/subscriptions/{userId}/resume'],
  recordPayment: ['POST', '/api/payments'],
  listPayments: ['GET', '/api/payments'],
  listInvoices: ['GET', '/api/invoices'],
  getInvoice: ['GET', '/api/invoices/{id}'],
  getInvoicePdf: ['GET', '/api/invoices/{id}/pdf', 'bytes'],
  getVapidPublicKey: ['GET', '/api/notifications/vapid-public-key'],
  subscribePush: ['POST', '/api/notifications/subscribe'],
  unsubscribePush: ['POST', '/api/notifications/unsubscribe'],
  listIntegrations: ['GET', '/api/integrations'],
  saveIntegration: ['POST', '/api/integrations'],
  putIntegrationById: ['PUT', '/api/integrations'],
  getIntegration: ['GET', '/api/integrations/{id}'],
  updateIntegration: ['PATCH', '/api/integrations/{id}'],
  putIntegration: ['PUT', '/api/integrations/{id}'],
  deleteIntegration: ['DELETE', '/api/integrations/{id}'],
  listShopIntegrations: ['GET', '/api/shops/{shopId}/integrations'],
  connectIntegration: ['POST', '/api/shops/{shopId}/integrations/{platform}/connect'],
  disconnectIntegration: ['POST', '/api/shops/{shopId}/integrations/{platform}/disconnect'],
  saveCredentials: ['PUT', '/api/shops/{shopId}/integrations/{platform}/credentials'],
  removeCredentials: ['DELETE', '/api/shops/{shopId}/integrations/{platform}/credentials'],
  verifyWebhook: ['GET', '/webhook/{platform}'],
  receiveWebhook: ['POST', '/webhook/{platform}'],
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
  getCallingLimits: ['GET', '/api/calling-limits'],
  updateCallingLimits: ['PATCH', '/api/calling-limits'],
  putCallingLimits: ['PUT', '/api/calling-limits'],
  listCallRates: ['GET', '/api/call-rates'],
  createCallRate: ['POST', '/api/call-rates'],
  getCallRate: ['GET', '/api/call-rates/{id}'],
  updateCallRate: ['PATCH', '/api/call-rates/{id}'],
  putCallRate: ['PUT', '/api/call-rates/{id}'],
  deleteCallRate: ['DELETE', '/api/call-rates/{id}'],
  listCallLog: ['GET', '/api/call-log'],
  countCallLog: ['GET', '/api/call-log/counts'],
  getCallLogEntry: ['GET', '/api/call-log/{id}'],
  listChats: ['GET', '/api/chats'],
  createChat: ['POST', '/api/chats'],
  getChat: ['GET', '/api/chats/{id}'],
  updateChat: ['PATCH', '/api/chats/{id}'],
  putChat: ['PUT', '/api/chats/{id}'],
  deleteChat: ['DELETE', '/api/chats/{id}'],
  listChatMembers: ['GET', '/api/chats/{id}/members'],
  addChatMembers: ['POST', '/api/chats/{id}/members'],
  changeChatMember: ['PATCH', '/api/chats/{id}/members/{userId}'],
  removeChatMember: ['DELETE', '/api/chats/{id}/members/{userId}'],
  leaveChat: ['POST', '/api/chats/{id}/leave'],
  listMessages: ['GET', '/api/messages'],
  deleteMessage: ['DELETE', '/api/messages'],
  searchMessages: ['GET', '/api/messages/search'],
  sendMessage: ['POST', '/api/messages/send'],
  editMessage: ['PATCH', '/api/messages/{id}'],
  replaceMessage: ['PUT', '/api/messages/{id}'],
  viewMessage: ['POST', '/api/messages/{id}/view'],
  readMessages: ['POST', '/api/messages/read'],
  receiveMessages: ['POST', '/api/messages/delivered'],
  toggleReaction: ['POST', '/api/messages/reactions'],
  createPoll: ['POST', '/api/polls'],
  castVote: ['PUT', '/api/polls'],
  getPoll: ['GET', '/api/polls/{id}'],
  uploadFile: ['POST', '/api/upload', 'form'],
  downloadFile: ['GET', '/api/uploads/{id}/{filename}', 'bytes'],
  searchPeople: ['GET', '/api/users/search'],
  getMyProfile: ['GET', '/api/users/profile'],
  updateMyProfile: ['PUT', '/api/users/profile'],
  getUserStatus: ['GET', '/api/users/{id}/status'],
  listBlocks: ['GET', '/api/users/blocks'],
  blockUser: ['POST', '/api/users/blocks'],
  unblockUser: ['DELETE', '/api/users/blocks'],
  createVideoToken: ['POST', '/api/video-calls/token'],
  endVideoCall: ['POST', '/api/video-calls/end'],
  listVideoCalls: ['GET', '/api/video-calls'],
  getVideoCall: ['GET', '/api/video-calls/{id}'],
  acceptVideoCall: ['POST', '/api/video-calls/{id}/accept'],
  declineVideoCall: ['POST', '/api/video-calls/{id}/decline'],
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
  createTestCall: ['POST', '/api/test-calls'],
  testCampaign: ['POST', '/api/campaigns/{id}/test-call'],
  getTestCall: ['GET', '/api/test-calls/{id}'],
  listCampaignCalls: ['GET', '/api/campaigns/{id}/calls'],
  getCampaignReport: ['GET', '/api/campaigns/{id}/report.csv'],
  listClients: ['GET', '/api/clients'],
  createClient: ['POST', '/api/clients'],
  getClient: ['GET', '/api/clients/{id}'],
  updateClient: ['PATCH', '/api/clients/{id}'],
  putClient: ['PUT', '/api/clients/{id}'],
  deleteClient: ['DELETE', '/api/clients/{id}'],
  listKnowledge: ['GET', '/api/clients/{id}/knowledge'],
  addKnowledge: ['POST', '/api/clients/{id}/knowledge', 'form'],
  deleteKnowledgeByQuery: ['DELETE', '/api/clients/{id}/knowledge'],
  searchKnowledge: ['GET', '/api/clients/{id}/knowledge/search'],
  askQuestion: ['POST', '/api/ask'],
  deleteKnowledge: ['DELETE', '/api/clients/{id}/knowledge/{knowledgeId}'],
  listCalls: ['GET', '/api/calls'],
  logCall: ['POST', '/api/calls'],
  exportCalls: ['GET', '/api/calls/export'],
  getCall: ['GET', '/api/calls/{id}'],
  updateCall: ['PATCH', '/api/calls/{id}'],
  putCall: ['PUT', '/api/calls/{id}'],
  deleteCall: ['DELETE', '/api/calls/{id}'],
  getDashboard: ['GET', '/api/analytics/dashboard'],
  getCallsPerDay: ['GET', '/api/analytics/calls-per-day'],
  getSentiment: ['GET', '/api/analytics/sentiment'],
  getClientStatistics: ['GET', '/api/analytics/client/{id}/stats'],
  getRevenue: ['GET', '/api/analytics/revenue'],
  getUsage: ['GET', '/api/usage'],
  getOnboarding: ['GET', '/api/onboarding/{userId}'],
  saveOnboardingStep: ['POST', '/api/onboarding/{userId}/steps/{step}'],
  completeOnboarding: ['POST', '/api/onboarding/{userId}/complete'],
  listShops: ['GET', '/api/shops'],
  createShop: ['POST', '/api/shops'],
  getShop: ['GET', '/api/shops/{shopId}'],
  updateShop: ['PUT', '/api/shops/{shopId}'],
  deleteShop: ['DELETE', '/api/shops/{shopId}'],
  getShopConfiguration: ['GET', '/api/shops/{shopId}/configuration'],
  updateShopConfiguration: ['PUT', '/api/shops/{shopId}/configuration'],
  listShopTeam: ['GET', '/api/shops/{shopId}/team'],
  inviteTeammate: ['POST', '/api/shops/{shopId}/team'],
  changeTeammate: ['PUT', '/api/shops/{shopId}/team/{userId}'],
  removeTeammate: ['DELETE', '/api/shops/{shopId}/team/{userId}'],
  listProducts: ['GET', '/api/shops/{shopId}/products'],
  createProduct: ['POST', '/api/shops/{shopId}/products'],
  getProduct: ['GET', '/api/shops/{shopId}/products/{productId}'],
  updateProduct: ['PUT', '/api/shops/{shopId}/products/{productId}'],
  deleteProduct: ['DELETE', '/api/shops/{shopId}/products/{productId}'],
  listStockChanges: ['GET', '/api/shops/{shopId}/products/{productId}/stock-changes'],
  changeStock: ['POST', '/api/shops/{shopId}/products/{productId}/stock-changes'],
  setProductImage: ['POST', '/api/shops/{shopId}/products/{productId}/image', 'form'],
  listConversations: ['GET', '/api/shops/{shopId}/conversations'],
  getConversation: ['GET', '/api/shops/{shopId}/conversations/{conversationId}'],
  updateConversation: ['PUT', '/api/shops/{shopId}/conversations/{conversationId}'],
  readConversation: ['POST', '/api/shops/{shopId}/conversations/{conversationId}/read'],
  listConversationMessages: ['GET', '/api/shops/{shopId}/conversations/{conversationId}/messages'],
  sendConversationMessage: ['POST', '/api/shops/{shopId}/conversations/{conversationId}/messages'],
  listOrders: ['GET', '/api/shops/{shopId}/orders'],
  createOrder: ['POST', '/api/shops/{shopId}/orders'],
  getOrder: ['GET', '/api/shops/{shopId}/orders/{orderId}'],
  setOrderStatus: ['PUT', '/api/shops/{shopId}/orders/{orderId}/status'],
  listForms: ['GET', '/api/shops/{shopId}/forms'],
  createForm: ['POST', '/api/shops/{shopId}/forms'],
  getForm: ['GET', '/api/shops/{shopId}/forms/{formId}'],
  updateForm: ['PUT', '/api/shops/{shopId}/forms/{formId}'],
  deleteForm: ['DELETE', '/api/shops/{shopId}/forms/{formId}'],
  listFormSubmissions: ['GET', '/api/shops/{shopId}/forms/{formId}/submissions'],
  listPublicProducts: ['GET', '/api/public/shops/{shopId}/products'],
  getProductImage: ['GET', '/api/public/shops/{shopId}/products/{productId}/image', 'bytes'],
  beginVisit: ['POST', '/api/public/shops/{shopId}/conversations'],
  listVisitorMessages: ['GET', '/api/public/shops/{shopId}/conversations/{conversationId}/messages'],
  addVisitorMessage: ['POST', '/api/public/shops/{shopId}/conversations/{conversationId}/messages'],
  getPublicForm: ['GET', '/api/public/shops/{shopId}/forms/{formId}'],
  submitForm: ['POST', '/api/public/shops/{shopId}/forms/{formId}/submissions'],
  placePublicOrder: ['POST', '/api/public/shops/{shopId}/orders'],
  listVisitorOrders: ['GET', '/api/public/shops/{shopId}/conversations/{conversationId}/orders'],
  getCustomerOrder: ['GET', '/api/public/shops/{shopId}/orders/{orderId}'],
  payCustomerOrder: ['POST', '/api/public/shops/{shopId}/orders/{orderId}/payments'],
  confirmCustomerPayment: ['POST', '/api/public/shops/{shopId}/orders/{orderId}/payments/{paymentId}/confirm'],
  createPaymentIntent: ['POST', '/api/shops/{shopId}/payments/intent'],
  confirmPayment: ['POST', '/api/shops/{shopId}/payments/confirm'],
  cancelPayment: ['POST', '/api/shops/{shopId}/payments/{id}/cancel'],
  refundPayment: ['POST', '/api/shops/{shopId}/payments/{id}/refund'],
  getPayment: ['GET', '/api/shops/{shopId}/payments/{id}'],
  listProperties: ['GET', '/api/properties'],
  createProperty: ['POST', '/api/properties'],
  getProperty: ['GET', '/api/properties/{id}'],
  updateProperty: ['PATCH', '/api/properties/{id}'],
  putProperty: ['PUT', '/api/properties/{id}'],
  deleteProperty: ['DELETE', '/api/properties/{id}'],
  listProspects: ['GET', '/api/prospects'],
  createProspect: ['POST', '/api/prospects'],
  getProspect: ['GET', '/api/prospects/{id}'],
  updateProspect: ['PATCH', '/api/prospects/{id}'],
  putProspect: ['PUT', '/api/prospects/{id}'],
  deleteProspect: ['DELETE', '/api/prospects/{id}'],
  listQualificationScores: ['GET', '/api/prospects/{id}/qualification-scores'],
  createQualificationScore: ['POST', '/api/prospects/{id}/qualification-scores'],
  updateQualificationScore: ['PATCH', '/api/prospects/{id}/qualification-scores/{scoreId}'],
  putQualificationScore: ['PUT', '/api/prospects/{id}/qualification-scores/{scoreId}'],
  deleteQualificationScore: ['DELETE', '/api/prospects/{id}/qualification-scores/{scoreId}'],
  listInterests: ['GET', '/api/prospects/{id}/interests'],
  createInterest: ['POST', '/api/prospects/{id}/interests'],
  deleteInterest: ['DELETE', '/api/prospects/{id}/interests/{interestId}'],
  listSalesConversations: ['GET', '/api/conversations'],
  createSalesConversation: ['POST', '/api/conversations'],
  listLiveConversations: ['GET', '/api/conversations/live'],
  getSalesConversation: ['GET', '/api/conversations/{id}'],
  updateSalesConversation: ['PATCH', '/api/conversations/{id}'],
  putSalesConversation: ['PUT', '/api/conversations/{id}'],
  listTranscriptMessages: ['GET', '/api/conversations/{id}/messages'],
  createTranscriptMessage: ['POST', '/api/conversations/{id}/messages'],
  updateTranscriptMessage: ['PATCH', '/api/conversations/{id}/messages/{messageId}'],
  getLiveConversation: ['GET', '/api/conversations/{id}/live'],
  updateLiveConversation: ['PATCH', '/api/conversations/{id}/live'],
  putLiveConversation: ['PUT', '/api/conversations/{id}/live'],
  listDetectedEntities: ['GET', '/api/conversations/{id}/entities'],
  createDetectedEntity: ['POST', '/api/conversations/{id}/entities'],
  updateDetectedEntity: ['PATCH', '/api/conversations/{id}/entities/{itemId}'],
  deleteDetectedEntity: ['DELETE', '/api/conversations/{id}/entities/{itemId}'],
  listAgentActions: ['GET', '/api/conversations/{id}/actions'],
  createAgentAction: ['POST', '/api/conversations/{id}/actions'],
  updateAgentAction: ['PATCH', '/api/conversations/{id}/actions/{itemId}'],
  deleteAgentAction: ['DELETE', '/api/conversations/{id}/actions/{itemId}'],
  listPlanSteps: ['GET', '/api/conversations/{id}/plan-steps'],
  createPlanStep: ['POST', '/api/conversations/{id}/plan-steps'],
  updatePlanStep: ['PATCH', '/api/conversations/{id}/plan-steps/{itemId}'],
  deletePlanStep: ['DELETE', '/api/conversations/{id}/plan-steps/{itemId}'],
  listConversationReviews: ['GET', '/api/conversations/{id}/reviews'],
  createConversationReview: ['POST', '/api/conversations/{id}/reviews'],
  updateConversationReview: ['PATCH', '/api/conversations/{id}/reviews/{itemId}'],
  deleteConversationReview: ['DELETE', '/api/conversations/{id}/reviews/{itemId}'],
  listAppointments: ['GET', '/api/appointments'],
  createAppointment: ['POST', '/api/appointments'],
  getAppointment: ['GET', '/api/appointments/{id}'],
  updateAppointment: ['PATCH', '/api/appointments/{id}'],
  putAppointment: ['PUT', '/api/appointments/{id}'],
  rescheduleAppointment: ['POST', '/api/appointments/{id}/reschedule'],
  cancelAppointment: ['POST', '/api/appointments/{id}/cancel'],
  listAppointmentChanges: ['GET', '/api/appointments/{id}/history'],
  listHandoffs: ['GET', '/api/handoffs'],
  createHandoff: ['POST', '/api/handoffs'],
  createHandoffFromAppointment: ['POST', '/api/handoffs/from-appointment'],
  getHandoff: ['GET', '/api/handoffs/{id}'],
  updateHandoff: ['PATCH', '/api/handoffs/{id}'],
  putHandoff: ['PUT', '/api/handoffs/{id}'],
  claimHandoff: ['POST', '/api/handoffs/{id}/claim'],
  releaseHandoff: ['POST', '/api/handoffs/{id}/release'],
  completeHandoff: ['POST', '/api/handoffs/{id}/complete'],
  listRoutingRules: ['GET', '/api/routing-rules'],
  createRoutingRule: ['POST', '/api/routing-rules'],
  getRoutingRule: ['GET', '/api/routing-rules/{id}'],
  updateRoutingRule: ['PATCH', '/api/routing-rules/{id}'],
  putRoutingRule: ['PUT', '/api/routing-rules/{id}'],
  deleteRoutingRule: ['DELETE', '/api/routing-rules/{id}'],
  listContactedProspects: ['GET', '/api/campaigns/contacted-prospects'],
  listCampaignRuns: ['GET', '/api/campaigns/{id}/runs'],
  listQueuedLeads: ['GET', '/api/campaigns/{id}/queued-leads'],
  createQueuedLead: ['POST', '/api/campaigns/{id}/queued-leads'],
  withdrawQueuedLead: ['DELETE', '/api/campaigns/{id}/queued-leads/{leadId}'],
  listTeam: ['GET', '/api/users'],
  getTeamMember: ['GET', '/api/users/{id}'],
  changeTeamRole: ['PATCH', '/api/users/{id}'],
  testDatabase: ['GET', '/api/test-db'],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string, carries?: 'form' | 'bytes']>
