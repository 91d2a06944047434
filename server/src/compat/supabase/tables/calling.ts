import { payments, subscriptions } from './calling/billing.ts'
import { activeCalls, callLogs, callQuality, dialerJobs } from './calling/calls.ts'
import { contactListItems, contactLists, contacts } from './calling/contacts.ts'
import { campaignPorts, goipDevices, goipPorts, sipProviders, userTrunks } from './calling/gateways.ts'
import { greetingFiles } from './calling/greetings.ts'
import { transferNumbers } from './calling/numbers.ts'
import { campaigns } from './campaigns.ts'
import { type TableView } from './table.ts'

export const callingTables: readonly TableView[] = [
  transferNumbers,
  contacts,
  contactLists,
  contactListItems,
  greetingFiles,
  sipProviders,
  campaigns('calling'),
  callLogs,
  callQuality,
  dialerJobs,
  activeCalls,
  goipDevices,
  goipPorts,
  userTrunks,
  campaignPorts,
  subscriptions,
  payments,
]
