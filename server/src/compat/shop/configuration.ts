/**
 * The parts of the shop that only the front-end reads, each with the value of a new shop. They are stored as the
 * configuration of the shop. A page that misses one of the lists ends with an exception.
 */
export const configurationDefaults = {
  logoUrl: '',
  customUrlSlug: '',
  assistantConfig: { selectedModel: 'FAST', systemPrompt: '', language: 'en', tone: 'neutral', responseDelay: 0 },
  knowledgeBase: { userDefined: [], productData: '' },
  keywordReplies: [],
  savedReplies: [],
  persistentMenu: [],
  customerEntryPoint: { type: 'chat', formId: null },
  paymentMethods: [],
  paymentIntroMessage: '',
  paymentButtonText: '',
  onboarding: { checklistDismissed: false },
  orderManagementFlowConfig: { enabled: false, strings: {} },
  bookingFlowConfig: { enabled: false, strings: {} },
  offlineSaleConfig: { defaultFormId: null },
  onlineSaleConfig: { defaultFormId: null },
  receiptConfig: { showPlatformLogo: true, customFooterText: '', receiptSize: 'standard' },
  aiCreditUsage: {
    photoStudio: { used: 0, lastReset: 0 },
    descriptionGeneration: { used: 0, lastReset: 0 },
    shopDashboardSuggestion: { used: 0, lastReset: 0 },
  },
  conversationalCommerceUsage: { count: 0, cycleResetDate: '' },
  chatHistory: [],
  expenses: [],
  todos: [],
  calendarTasks: [],
  operationWidgets: [],
  paymentIntelligenceConfig: { enabled: false, timeWindowMinutes: 5, statusOnProof: 'Pending' },
  quickNote: '',
} as const

export type ConfigurationPart = keyof typeof configurationDefaults
export const configurationParts = Object.keys(configurationDefaults) as ConfigurationPart[]

/** Returns every part: as saved, or that of a new shop. */
export const withDefaults = (saved: Readonly<Record<string, unknown>>): Record<ConfigurationPart, unknown> =>
  Object.fromEntries(configurationParts.map((part) => [part, saved[part] ?? configurationDefaults[part]])) as Record<
    ConfigurationPart,
    unknown
  >
