/** Live audio of calls: 8,000 samples per second, 16-bit signed, one channel, whatever law the call uses. */
export const samplesPerMs = 8

/** Options for opening one leg's audio. */
export interface AudioOptions {
  /**
   * Speech starts when this much of it has arrived, or a mark after it. Raise it for a source that arrives in real time.
   * Default 0, at most 1000.
   */
  prebufferMs?: number
  /** The most speech that may wait to be played. Default 30,000, from 400 to 120,000. */
  queueMs?: number
}

/** The live audio of one leg, as the owner of the leg sees it. */
export interface LegAudio {
  /** Closes the leg's live audio: speech that was not played is discarded. */
  close(): Promise<void>
}

/** `ended`: the call ended. `transferred`: the leg was bridged. `closed`: `LegAudio.close`. `disconnected`: no voice process. */
export type AudioEnd = 'ended' | 'transferred' | 'closed' | 'disconnected'

/** How much of the speech was played before a flush. */
export interface Flushed {
  /** Speech played on this channel since it was opened, in ms. */
  playedMs: number
  /** The part of it since the last mark that was reached, or the last flush. */
  sinceMarkMs: number
  /** Marks that were not reached, in order. */
  pending: string[]
}

/** One leg's audio at the listener: what the party says arrives at `AudioHandlers`, what is sent is played to them. */
export interface AudioChannel {
  readonly legId: string
  /** Queues speech. Resolves when there is room for more, usually at once. After the end it does nothing. */
  send(samples: Int16Array): Promise<void>
  /** `onMark` is called when everything sent before has been played. Put one after each utterance. Throws when 1,000 are pending. */
  mark(name: string): void
  /** Discards all speech that was not played: the next packet is silence. */
  flush(): Promise<Flushed>
}

/** A listener's handlers for one channel. */
export interface AudioHandlers {
  /**
   * The party's speech, as it arrives, in order: mostly 20 ms. `position` counts samples since the channel was opened.
   * Pauses in the party's packets are filled with silence, so the stream goes on. The array may be kept.
   */
  onAudio(samples: Int16Array, position: number): void
  /** Everything sent before the mark has been played. */
  onMark?(name: string, playedMs: number): void
  /** The queue ran empty and no mark was at its end: the party heard a gap. `count` of this channel. */
  onUnderrun?(count: number): void
  /** This much of the party's speech was dropped, because it was not read in time. */
  onLost?(ms: number): void
  /** The last call. */
  onClosed?(reason: AudioEnd): void
}

/** Called for each channel that is open or is opened later. */
export type TakeChannel = (channel: AudioChannel) => AudioHandlers

/** A connected listener. A gateway has one: the last to connect. */
export interface AudioListener {
  /** Resolves when the listener has ended: closed, replaced by another listener, or the voice process ended. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/** Where a listener in another process connects: a socket private to this user, and a secret. */
export interface AudioAddress {
  path: string
  /** 64 hexadecimal digits. */
  token: string
}

/** Messages to a listener. Channels have numbers, never used twice by one process. Counts are in samples. */
export interface ToListener {
  opened(channel: number, legId: string, windowSamples: number): void
  heard(channel: number, samples: Int16Array, position: number): void
  /** `played`: put into packets. `consumed`: taken out of the queue, also by a flush. */
  progress(channel: number, played: number, consumed: number): void
  marked(channel: number, mark: number, played: number): void
  flushed(channel: number, flush: number, played: number): void
  underrun(channel: number): void
  lost(channel: number, samples: number): void
  closed(channel: number, reason: AudioEnd): void
}

/** Messages to the voice process. The listener numbers marks and flushes. */
export interface ToVoice {
  audio(channel: number, samples: Int16Array): void
  mark(channel: number, mark: number): void
  flush(channel: number, flush: number): void
}
