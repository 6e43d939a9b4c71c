// Package pipeline is the run: it calls the steps in their order and keeps its record.
//
//	exports ──source──▶ load ──▶ landing ──plan──▶ engine ──▶ check ──▶ publish ──▶ drop
//
// A run is a pure function of the configuration, the loads that had landed by K (the state of
// knowledge) and A (the as-of date of events). No database is carried from one run to the next.
package pipeline
