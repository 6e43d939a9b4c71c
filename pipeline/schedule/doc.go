// Package schedule decides when a run starts, that only one runs at a time, and what happens when
// it is late, stuck or told to stop.
//
// A spec is a cron line together with a time zone. A slot is one occurrence of a spec: the reading
// of the wall clock that the cron line asks for, and the instant at which it is due. The reading
// names the slot, so that a slot stays the same slot through every change of the clock.
//
// A gap is a stretch of readings that the clock of a zone leaves out when it is put forward; a slot
// inside is due at the first instant after the gap. A fold is a stretch of readings that the clock
// shows twice when it is put back; a slot inside is due the first time.
//
// The loop is the daemon. A slot is missed when nothing was started for it; catch-up says what
// happens to slots that became due while nobody looked. The recorder remembers slots from one start
// of the daemon to the next.
//
// The lock is held by whoever runs, whichever command started it.
package schedule
