// Whoever imports Realtime has the events that it knows.
@_exported public import RealtimeEvents
