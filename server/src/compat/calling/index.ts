import type { FrontEnd } from '../front-end.ts'
import { campaignRequests } from './campaigns.ts'
import { dialerRequests } from './dialer.ts'

/** The front-end for outbound calling. Most of its requests are the same at `/api`; campaigns have words of their own. */
export const callingFrontEnd: FrontEnd = {
  name: 'calling',
  title: 'Calling',
  passes: [
    'signUp',
    'login',
    'logout',
    'getProfile',
    'updateProfile',
    'becomeAffiliate',
    'listPlans',
    'getSubscription',
    'getUnpaidSubscription',
    'choosePlan',
    'listTransferNumbers',
    'createTransferNumber',
    'deleteTransferNumber',
    'listSipProviders',
    'createSipProvider',
    'putSipProvider',
    'switchSipProvider',
    'deleteSipProvider',
    'listGreetingFiles',
    'createGreetingFile',
    'deleteGreetingFile',
    'countCampaignCalls',
    'deleteCampaign',
    'listCampaignCalls',
    'getCampaignReport',
    'listContactLists',
    'createContactList',
    'putContactList',
    'deleteContactList',
  ],
  adapted: { ...campaignRequests, ...dialerRequests },
}
