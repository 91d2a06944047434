import type { FrontEnd } from '../front-end.ts'
import { account } from './account.ts'
import { analytics } from './analytics.ts'
import { billing } from './billing.ts'
import { clients } from './clients.ts'
import { onboarding } from './onboarding.ts'
import { settings } from './settings.ts'

/** The front-end of the AI receptionist. `docs/guides/front-ends/receptionist.md` has what differs from its own server. */
export const receptionistFrontEnd: FrontEnd = {
  name: 'receptionist',
  title: 'Receptionist',
  passes: [
    'register',
    'login',
    'logout',
    'refresh',
    'forgotPassword',
    'resetPassword',
    'listClients',
    'createClient',
    'getClient',
    'deleteClient',
    'listCalls',
    'logCall',
    'getCall',
    'exportCalls',
    'getCallsPerDay',
    'getSentiment',
    'getRevenue',
    'askQuestion',
    'getOnboarding',
    'completeOnboarding',
  ],
  adapted: { ...account, ...clients, ...analytics, ...billing, ...settings, ...onboarding },
}
