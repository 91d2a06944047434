import { z } from 'zod'
import { id } from '../../../platform/http/fields.ts'
import { type Route, route } from '../../../platform/http/route.ts'
import { completeOnboarding, getOnboarding, saveStep } from './onboarding.ts'
import * as schema from './schema.ts'

/** The spelling of the front-end's steps. */
const inCamelCase = {
  names: {
    customerId: 'user_id',
    currentStep: 'current_step',
    completedSteps: 'completed_steps',
    businessName: 'business_name',
    businessPhone: 'business_phone',
    serviceDescription: 'service_description',
    businessDocuments: 'business_documents',
    forwardingNumber: 'forwarding_number',
    smsEnabled: 'sms_enabled',
    smsPhoneNumber: 'sms_phone_number',
    callerResponses: 'caller_responses',
    calendarProvider: 'calendar_provider',
    demoCompleted: 'demo_completed',
    demoTranscripts: 'demo_transcripts',
  },
}

const ofUser = z.object({ userId: id.describe('The caller.') })

export const onboardingRoutes: Record<string, Route> = {
  getOnboarding: route({
    kind: 'read',
    method: 'GET',
    path: '/api/onboarding/:userId',
    access: 'clients:read',
    summary: "Get the caller's onboarding: what they have entered to set up their first client",
    params: ofUser,
    response: schema.Onboarding,
    alsoReturns: [inCamelCase],
    handler: (ctx, { params }) => getOnboarding(ctx, params.userId),
  }),
  saveOnboardingStep: route({
    kind: 'write',
    method: 'POST',
    path: '/api/onboarding/:userId/steps/:step',
    access: 'clients:write',
    summary: "Save a step of the caller's onboarding",
    params: ofUser.extend({ step: z.enum(schema.steps).describe('The step.') }),
    body: schema.OnboardingStep,
    example: { business_name: 'Berg Dental', industry: 'Dental Practice', business_phone: '+15551230088' },
    response: schema.Onboarding,
    alsoReturns: [inCamelCase],
    handler: (ctx, { params, body }) => saveStep(ctx, params.userId, params.step, body),
  }),
  completeOnboarding: route({
    kind: 'write',
    method: 'POST',
    path: '/api/onboarding/:userId/complete',
    access: 'clients:write',
    summary: "Complete the caller's onboarding: the business becomes a client",
    params: ofUser,
    response: schema.CompletedOnboarding,
    alsoReturns: [inCamelCase, { names: { portalUrl: 'portal_url' } }],
    errors: [402, 409],
    handler: (ctx, { params }) => completeOnboarding(ctx, params.userId),
  }),
}
