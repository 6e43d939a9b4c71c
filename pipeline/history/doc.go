// Package history keeps the record of runs: what started, what became of it, and what should have
// started and did not.
//
// A run is one record, in one file of its own that is replaced as a whole or not at all. It is
// running until it is finished with an outcome; a missed slot is a run that never started. A run
// whose process has ended without an outcome is an orphan, and is marked as crashed.
//
// A slot key names the occurrence of a job that a run stands for. The slot is taken once a run began
// for it by itself, that is, by the schedule and not by a person: a slot runs at most once by itself.
package history
