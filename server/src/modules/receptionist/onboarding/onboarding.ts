import { sql } from 'kysely'
import type { Ctx } from '../../../platform/context.ts'
import { statement } from '../../../platform/database/statement.ts'
import { conflict, missing } from '../../../platform/errors.ts'
import { createClient } from '../clients/clients.ts'
import type { Onboarding, OnboardingStep, Step } from './schema.ts'

interface Row {
  user_id: string
  answers: OnboardingStep
  completed_steps: number[]
  client_id: string | null
  completed_at: string | null
}

const columns = sql`user_id, answers, completed_steps, client_id, completed_at`

const find = statement(
  'receptionist.onboardings.find',
  () => sql<Row>`select ${columns} from receptionist.onboardings where user_id = app.user_id()`,
)

const save = statement(
  'receptionist.onboardings.save',
  (_, p: { answers: string; step: number | null }) => sql<Row>`
    insert into receptionist.onboardings as o (answers, completed_steps)
    values (${p.answers}::jsonb, array_remove(array[${p.step}::int], null))
    on conflict (workspace_id, user_id) do update
       set answers = o.answers || excluded.answers,
           completed_steps = array(select distinct unnest(o.completed_steps || excluded.completed_steps) order by 1)
    returning ${columns}`,
)

const complete = statement(
  'receptionist.onboardings.complete',
  (_, p: { client_id: string }) => sql<Row>`
    update receptionist.onboardings
       set completed_steps = array[1, 2, 3, 4, 5, 6, 7], client_id = ${p.client_id}, completed_at = coalesce(completed_at, now())
     where user_id = app.user_id()
    returning ${columns}`,
)

/** The share of the whole after each step, in per cent. */
const progressAfter = [0, 20, 40, 60, 80, 90, 95, 100]
const lastStep = 7

/** Returns the caller's own onboarding, empty when they have not begun. Throws 404 for another user. */
export async function getOnboarding(ctx: Ctx, userId: string): Promise<Onboarding> {
  await requireSelf(ctx, userId)
  return shown(userId, await ctx.db.maybe(find, {}))
}

/** Stores what the caller has entered in a step. Throws 404 for another user. */
export async function saveStep(ctx: Ctx, userId: string, step: Step, given: OnboardingStep): Promise<Onboarding> {
  await requireSelf(ctx, userId)
  const answers = step === 'demo' ? { demo_completed: true, ...given } : given
  const number = step === 'demo' ? null : Number(step)
  return shown(userId, await ctx.db.one(save, { answers: JSON.stringify(answers), step: number }))
}

/**
 * Ends the caller's onboarding: makes a client of the business. Again, it changes nothing. Throws 404 for another user, 409
 * without the name of the business, and like `createClient`.
 */
export async function completeOnboarding(ctx: Ctx, userId: string) {
  await requireSelf(ctx, userId)
  const row = await ctx.db.maybe(find, {})
  const portal_url = `/portal/${userId}`
  if (row?.client_id) return { ...shown(userId, row), portal_url }
  const { business_name, industry, business_phone, service_description } = row?.answers ?? {}
  if (!business_name) {
    throw conflict(
      'onboarding_unfinished',
      'Enter the name of the business in step 1 before the onboarding is completed.',
    )
  }
  const client = await createClient(
    ctx,
    { name: business_name, phone_number: business_phone, profession: industry, description: service_description },
    { commit: false },
  )
  return { ...shown(userId, await ctx.db.one(complete, { client_id: client.id })), portal_url }
}

async function requireSelf(ctx: Ctx, userId: string): Promise<void> {
  if ((await ctx.db.actor()).user_id !== userId.toLowerCase()) missing('onboarding')
}

function shown(user_id: string, row: Row | undefined): Onboarding {
  const { answers = {}, completed_steps = [], client_id = null, completed_at = null } = row ?? {}
  const next = Array.from({ length: lastStep }, (_, index) => index + 1).find((n) => !completed_steps.includes(n))
  return {
    user_id,
    current_step: next ?? lastStep,
    progress: progressAfter[Math.max(0, ...completed_steps)] ?? 0,
    completed_steps,
    business_name: answers.business_name ?? null,
    industry: answers.industry ?? null,
    business_phone: answers.business_phone ?? null,
    service_description: answers.service_description ?? null,
    business_documents: answers.business_documents ?? [],
    forwarding_number: answers.forwarding_number ?? null,
    sms_enabled: answers.sms_enabled ?? false,
    sms_phone_number: answers.sms_phone_number ?? null,
    caller_responses: answers.caller_responses ?? {},
    calendar_provider: answers.calendar_provider ?? null,
    demo_completed: answers.demo_completed ?? false,
    demo_transcripts: answers.demo_transcripts ?? [],
    review_completed: answers.review_completed ?? false,
    reviewed_at: answers.reviewed_at ?? null,
    client_id,
    completed_at,
  }
}
